import { StoreError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { bytesFromBase64url, parsePlainJson, plainObject } from '../ground/plain-json.ts';
import { readPrivateFile } from '../secrets/private-file-reading.ts';
import { writePrivateFile } from '../secrets/private-file-writing.ts';
import type { SealingKey } from '../secrets/sealing-key.ts';
import { isStoreKind, type StoreKind } from '../secrets/store-kind.ts';

const FORMAT = 1;

/** What a sealed file is about. */
export type SealedRecord = 'account' | 'client' | 'grant' | 'sign-in';

/**
 * A file of three lines: what it is (format, record, kind and identifier of the key), the readable head, and the
 * sealed body in base64url. The body is bound to the first two lines, byte for byte.
 */
export interface SealedFile {
  readonly path: string;
  readonly store: StoreKind;
  readonly keyId: string;
  /** The JSON value of the second line. */
  readonly head: unknown;
  readonly bound: Buffer;
  readonly sealed: Buffer;
}

/** The one error for every file that was changed, damaged, swapped, or sealed with another key. */
export function corruptFile(path: string): StoreError {
  return new StoreError('store_corrupt', `the file ${path} is damaged, or this tool did not write it`, {
    hint: `remove it and sign in again: rm ${shellQuoted(path)}`,
  });
}

function newerFile(path: string): StoreError {
  return new StoreError('store_corrupt', `the file ${path} was written by a newer version of oauth-login`, {
    hint: 'update oauth-login; the file was left as it is',
  });
}

/** Reads the file, as `read` does, without opening its body; `undefined` when there is none. Throws `StoreError`. */
export function readSealedFile(
  path: string,
  record: SealedRecord,
  read = readPrivateFile,
): SealedFile | undefined {
  const bytes = read(path);
  if (bytes === undefined) {
    return undefined;
  }
  const lines = bytes.toString('utf8').split('\n');
  const [first = '', second = '', third = '', rest] = lines;
  const title = plainObject(parsePlainJson(first));
  const format = title?.format;
  if (typeof format === 'number' && Number.isInteger(format) && format > FORMAT) {
    throw newerFile(path);
  }
  const store = title?.store;
  const keyId = title?.key;
  const sealed = bytesFromBase64url(third);
  if (
    format !== FORMAT ||
    title?.record !== record ||
    !isStoreKind(store) ||
    typeof keyId !== 'string' ||
    sealed === undefined ||
    rest !== '' ||
    lines.length !== 4
  ) {
    throw corruptFile(path);
  }
  const bound = bytes.subarray(0, bytes.length - third.length - 1);
  return { path, store, keyId, head: parsePlainJson(second), bound, sealed };
}

/** Opens the body. Throws the uniform `StoreError` `store_corrupt`. */
export function openSealedFile(file: SealedFile, key: SealingKey): unknown {
  const body = file.keyId === key.id ? key.open(file.sealed, file.bound) : undefined;
  if (body === undefined) {
    throw corruptFile(file.path);
  }
  return parsePlainJson(body.toString('utf8'));
}

/** What a file is made of. */
export interface SealedContent {
  readonly head: object;
  readonly body: object;
}

/** Writes head and body, sealed with the key, whole or not at all. Throws `StoreError`. */
export function writeSealedFile(
  path: string,
  record: SealedRecord,
  content: SealedContent,
  key: SealingKey,
): void {
  writePrivateFile(path, sealedBytes(record, content, key));
}

/** The bytes of a file with this head and body, sealed with the key. */
export function sealedBytes(record: SealedRecord, content: SealedContent, key: SealingKey): Buffer {
  const title = { format: FORMAT, record, store: key.kind, key: key.id };
  const bound = Buffer.from(`${JSON.stringify(title)}\n${JSON.stringify(content.head)}\n`);
  const sealed = key.seal(Buffer.from(JSON.stringify(content.body)), bound);
  return Buffer.concat([bound, Buffer.from(`${sealed.toString('base64url')}\n`)]);
}
