import { UsageError } from '../ground/errors.ts';
import { type OpenFile, openFile } from '../ground/open-file.ts';
import { parsePlainJson, plainObject } from '../ground/plain-json.ts';
import { readStart, textOfBytes } from '../ground/read-bytes.ts';
import { systemReason } from '../ground/system-words.ts';

/** Longest document that is read, in bytes: it has to go through an address, or a pushed request. */
const MAXIMUM_LENGTH = 32_768;

/**
 * The parameter `authorization_details` as a file has it: a JSON array of objects that each name their type.
 *
 * Throws a `UsageError` for anything else.
 *
 * @see [RFC 9396 §2](https://www.rfc-editor.org/rfc/rfc9396.html#section-2)
 */
export function authorizationDetailsOfFile(path: string): string {
  let file: OpenFile | undefined;
  let text: string;
  try {
    file = openFile(path);
    const bytes = readStart(file.descriptor, MAXIMUM_LENGTH);
    if (bytes.length > MAXIMUM_LENGTH) {
      throw unfit(path, `is longer than ${MAXIMUM_LENGTH} bytes`);
    }
    text = textOfBytes(bytes);
  } catch (error) {
    throw error instanceof UsageError ? error : unfit(path, `cannot be read: ${systemReason(error)}`);
  } finally {
    file?.close();
  }
  return authorizationDetails(text, path);
}

/** The same for the text of the parameter; `name` says where it comes from. Throws a `UsageError` too. */
export function authorizationDetails(text: string, name: string): string {
  const details = parsePlainJson(text);
  if (!Array.isArray(details) || details.length === 0 || !details.every(isTyped)) {
    throw unfit(name, 'is no JSON array of objects with a "type"');
  }
  return JSON.stringify(details);
}

/** The text of the parameter `claims`, which has to be a JSON object. Throws a `UsageError` for anything else. */
export function requestedClaims(text: string, name: string): string {
  if (plainObject(parsePlainJson(text)) === undefined) {
    throw new UsageError('usage_invalid', `${name} is no JSON object`, {
      hint: `for example --param 'claims={"id_token":{"acr":{"essential":true}}}'`,
    });
  }
  return text;
}

function isTyped(detail: unknown): boolean {
  return typeof plainObject(detail)?.type === 'string';
}

function unfit(name: string, what: string): UsageError {
  return new UsageError('usage_invalid', `${name} ${what}`, {
    hint: `the details of an authorization look like [{"type":"payment_initiation","instructedAmount":{"currency":"EUR","amount":"1.00"}}]`,
  });
}
