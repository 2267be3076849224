import type { Context } from '../ground/context.ts';
import { bytesFromBase64url } from '../ground/plain-json.ts';
import { corruptKeyDescriptor, type KeyDescriptor } from './key-descriptor.ts';
import { KEY_LENGTH, SealingKey } from './sealing-key.ts';

/** Reads the key that lies beside the data; only the permissions of the file protect it. Throws `StoreError`. */
export function readFileKey(descriptor: KeyDescriptor, context: Context): SealingKey {
  const key = bytesFromBase64url(descriptor.fields.key);
  if (key?.length !== KEY_LENGTH) {
    throw corruptKeyDescriptor('file', context);
  }
  return new SealingKey('file', descriptor.id, key);
}
