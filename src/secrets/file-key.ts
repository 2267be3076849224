import { randomBytes } from 'node:crypto';
import type { Context } from '../context.ts';
import { corruptKeyDescriptor, type KeyDescriptor, newKeyId, writeKeyDescriptor } from './key-descriptor.ts';
import { bytesFromBase64url } from './plain-json.ts';
import { KEY_LENGTH, SealingKey } from './sealing-key.ts';

/** Reads the key that lies beside the data; only the permissions of the file protect it. Throws `StoreError`. */
export function readFileKey(descriptor: KeyDescriptor, context: Context): SealingKey {
  const key = bytesFromBase64url(descriptor.fields.key);
  if (key?.length !== KEY_LENGTH) throw corruptKeyDescriptor('file', context);
  return new SealingKey('file', descriptor.id, key);
}

/** Makes that key; `undefined` when another process was first. Throws `StoreError`. */
export function createFileKey(context: Context): SealingKey | undefined {
  const id = newKeyId();
  const key = randomBytes(KEY_LENGTH);
  const fields = { key: key.toString('base64url') };
  return writeKeyDescriptor('file', context, { id, fields }) ? new SealingKey('file', id, key) : undefined;
}
