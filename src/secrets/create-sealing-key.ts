import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { Context } from '../ground/context.ts';
import { StoreError } from '../ground/errors.ts';
import type { Keychain } from '../ground/ports.ts';
import { keyDescriptorFile, newKeyId, writeKeyDescriptor } from './key-descriptor.ts';
import { keychainAccount, keychainService, withKeychain } from './keychain-key.ts';
import { createPassphraseKey } from './passphrase-key.ts';
import { makePrivateDirectory } from './private-directory.ts';
import { KEY_LENGTH, SealingKey } from './sealing-key.ts';
import type { StoreKind } from './store-kind.ts';

/** Makes the sealing key of that kind; `undefined` when another process was first. Throws `StoreError`. */
export async function createSealingKey(kind: StoreKind, context: Context): Promise<SealingKey | undefined> {
  switch (kind) {
    case 'keychain':
      return createKeychainKey(context);
    case 'passphrase':
      return createPassphraseKey(context);
    case 'file':
      return createFileKey(context);
  }
}

function createFileKey(context: Context): SealingKey | undefined {
  const id = newKeyId();
  const key = randomBytes(KEY_LENGTH);
  const fields = { key: key.toString('base64url') };
  return writeKeyDescriptor('file', context, { id, fields }) ? new SealingKey('file', id, key) : undefined;
}

async function createKeychainKey(context: Context): Promise<SealingKey | undefined> {
  const id = newKeyId();
  const key = randomBytes(KEY_LENGTH);
  makePrivateDirectory(dirname(keyDescriptorFile('keychain', context)));
  return withKeychain(context, async (keychain) => {
    const item = { service: keychainService(context), account: keychainAccount(id) };
    await storeAndReadBack(keychain, item, key.toString('base64'));
    // The descriptor is written last, so that a process that finds it finds the key too.
    if (writeKeyDescriptor('keychain', context, { id, fields: {} })) {
      return new SealingKey('keychain', id, key);
    }
    await keychain.deletePassword(item.service, item.account);
    return undefined;
  });
}

async function storeAndReadBack(
  keychain: Keychain,
  { service, account }: { readonly service: string; readonly account: string },
  text: string,
): Promise<void> {
  await keychain.setPassword(service, account, text);
  if ((await keychain.getPassword(service, account)) === text) {
    return;
  }
  throw new StoreError('store_unavailable', 'the keychain did not keep what was stored in it', {
    hint: 'check that your system keychain keeps what is saved in it',
  });
}
