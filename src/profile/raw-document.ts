import { ProtocolError } from '../ground/errors.ts';

/** How deep a document may nest. */
const DEEPEST = 32;

/** Names that mean something to objects; a document that uses them gains nothing by being kept whole. */
const forbiddenNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Gives a copy of a JSON object whose objects inherit nothing.
 *
 * Throws a `ProtocolError` when it is not an object or nests too deep.
 */
export function copyDocument(document: unknown): Readonly<Record<string, unknown>> {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw invalidProfile('is not a JSON object');
  }
  return copyObject(document, 1);
}

/** A profile that must not be trusted, in words of our own. */
export function invalidProfile(fault: string): ProtocolError {
  return new ProtocolError('protocol_invalid_response', `the profile ${fault}`, {
    hint: 'try again, and if it happens again, tell the operator of the server',
  });
}

function copyObject(object: object, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(object)) {
    if (!forbiddenNames.has(name)) {
      copy[name] = copyValue(value, depth + 1);
    }
  }
  return copy;
}

function copyValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (depth > DEEPEST) {
    throw invalidProfile(`is nested deeper than ${DEEPEST} levels`);
  }
  return Array.isArray(value)
    ? value.map((member: unknown) => copyValue(member, depth + 1))
    : copyObject(value, depth);
}
