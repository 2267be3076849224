const inheritedNames = new Set(['__proto__', 'constructor', 'prototype']);

/** Characters; a longer text may nest deeper than can be written again, which asking about every member finds out. */
const LONGEST_PLAIN = 8192;
/** None of these names is in a text without a match; one may be spelt with escapes. */
const PERHAPS_INHERITED = /__proto__|constructor|prototype|\\/;

/** Parses JSON, leaving out members that would be taken for inherited ones; `undefined` when it is not JSON. */
export function parsePlainJson(text: string): unknown {
  try {
    // To be asked about every member takes longer than everything else that is done with a file.
    if (text.length <= LONGEST_PLAIN && !PERHAPS_INHERITED.test(text)) {
      return JSON.parse(text);
    }
    return JSON.parse(text, (name, value: unknown) => (inheritedNames.has(name) ? undefined : value));
  } catch {
    return undefined;
  }
}

/** The value as an object with own members only; `undefined` when it is anything else. */
export function plainObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return undefined;
  }
  return Object.assign(Object.create(null), value);
}

/** Bytes of canonical base64url (RFC 4648 §5), so that one value has one spelling; else `undefined`. */
export function bytesFromBase64url(text: unknown): Buffer | undefined {
  if (typeof text !== 'string') {
    return undefined;
  }
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
