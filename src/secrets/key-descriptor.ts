import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../ground/context.ts';
import { StoreError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { parsePlainJson, plainObject } from '../ground/plain-json.ts';
import { readPrivateFile } from './private-file-reading.ts';
import { writePrivateFile } from './private-file-writing.ts';
import type { StoreKind } from './store-kind.ts';

const fileNames: Readonly<Record<StoreKind, string>> = {
  keychain: 'keychain.json',
  passphrase: 'passphrase.json',
  file: 'file.key',
};

/** What a file in `keys/` says of the sealing key of its kind; only that of kind `file` holds the key itself. */
export interface KeyDescriptor {
  readonly id: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Where the descriptor of that kind is. */
export function keyDescriptorFile(kind: StoreKind, context: Context): string {
  return join(context.paths.dataDir, 'keys', fileNames[kind]);
}

/** A new random identifier of a key. */
export function newKeyId(): string {
  return randomBytes(16).toString('hex');
}

/** Reads the descriptor; `undefined` when no key of that kind was made yet. Throws `StoreError`. */
export function readKeyDescriptor(kind: StoreKind, context: Context): KeyDescriptor | undefined {
  const bytes = readPrivateFile(keyDescriptorFile(kind, context), 4096);
  if (bytes === undefined) {
    return undefined;
  }
  const fields = plainObject(parsePlainJson(bytes.toString('utf8')));
  const id = fields?.id;
  if (fields?.format !== 1 || typeof id !== 'string' || !/^[0-9a-f]{32}$/.test(id)) {
    throw corruptKeyDescriptor(kind, context);
  }
  return { id, fields };
}

/** Writes the descriptor. Gives `false` when another process was first. */
export function writeKeyDescriptor(kind: StoreKind, context: Context, descriptor: KeyDescriptor): boolean {
  const content = `${JSON.stringify({ format: 1, id: descriptor.id, ...descriptor.fields })}\n`;
  return writePrivateFile(keyDescriptorFile(kind, context), content, { exclusive: true });
}

/** The error for a descriptor that was damaged or comes from a newer version. */
export function corruptKeyDescriptor(kind: StoreKind, context: Context): StoreError {
  const file = keyDescriptorFile(kind, context);
  return new StoreError('store_corrupt', `the file ${file} is damaged or from a newer version`, {
    hint: `restore it from a backup, or start over and sign in again: mv ${shellQuoted(file)} ${shellQuoted(`${file}.old`)}`,
  });
}

/** The error for a key that is missing although it was made. */
export function missingKey(kind: StoreKind, context: Context, what: string): StoreError {
  const file = keyDescriptorFile(kind, context);
  return new StoreError('store_key_missing', what, {
    hint: `restore it from a backup, or start over and sign in again: mv ${shellQuoted(file)} ${shellQuoted(`${file}.old`)}`,
  });
}
