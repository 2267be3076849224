import { hash, randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { Keychain } from '../adapters/keychain.ts';
import type { Context } from '../context.ts';
import { StoreError } from '../errors.ts';
import {
  corruptKeyDescriptor,
  type KeyDescriptor,
  keyDescriptorFile,
  missingKey,
  newKeyId,
  writeKeyDescriptor,
} from './key-descriptor.ts';
import { makePrivateDirectory } from './private-directory.ts';
import { KEY_LENGTH, SealingKey } from './sealing-key.ts';

/** Ends in the version of what is kept under it. */
export const KEYCHAIN_SERVICE = 'oauth-login-v1';

/** What a person can do when the keychain cannot be had; nothing weaker is ever chosen for them. */
export const STORE_CHOICES =
  'choose where the key is kept: --store keychain (needs a running, unlocked keychain), --store passphrase (set OAUTH_LOGIN_PASSPHRASE), or --store file (only file permissions protect it)';

/** Windows joins service and account with `/`, so the account must have none (T39). */
function keychainAccount(id: string): string {
  return hash('sha256', id, 'base64url');
}

const KEYCHAIN_CODES = ['store_unavailable', 'store_locked', 'store_denied', 'store_timeout'] as const;

/** Runs the work with the keychain; an error of it names the three choices besides its own remedy. */
async function withKeychain<T>(context: Context, work: (keychain: Keychain) => Promise<T>): Promise<T> {
  try {
    return await work(await context.openKeychain());
  } catch (error) {
    const code = error instanceof StoreError && KEYCHAIN_CODES.find((known) => known === error.code);
    if (!code || error.hint.includes('--store')) throw error;
    throw new StoreError(code, error.message, { hint: `${error.hint}; or ${STORE_CHOICES}`, cause: error });
  }
}

/** Fetches the key from the keychain, with one read. Throws `StoreError`. */
export async function readKeychainKey(descriptor: KeyDescriptor, context: Context): Promise<SealingKey> {
  const text = await withKeychain(context, (keychain) =>
    keychain.getPassword(KEYCHAIN_SERVICE, keychainAccount(descriptor.id)),
  );
  if (text === undefined) {
    throw missingKey(
      'keychain',
      context,
      'the keychain no longer has the key that the accounts are sealed with',
    );
  }
  const key = Buffer.from(text, 'base64');
  if (key.length !== KEY_LENGTH) throw corruptKeyDescriptor('keychain', context);
  return new SealingKey('keychain', descriptor.id, key);
}

/** Puts a new key into the keychain; `undefined` when another process was first. Throws `StoreError`. */
export async function createKeychainKey(context: Context): Promise<SealingKey | undefined> {
  const id = newKeyId();
  const key = randomBytes(KEY_LENGTH);
  makePrivateDirectory(dirname(keyDescriptorFile('keychain', context)));
  return withKeychain(context, async (keychain) => {
    await storeAndReadBack(keychain, keychainAccount(id), key.toString('base64'));
    // Only now, so that whoever sees the descriptor finds the key.
    if (writeKeyDescriptor('keychain', context, { id, fields: {} })) {
      return new SealingKey('keychain', id, key);
    }
    await keychain.deletePassword(KEYCHAIN_SERVICE, keychainAccount(id));
    return undefined;
  });
}

async function storeAndReadBack(keychain: Keychain, account: string, text: string): Promise<void> {
  await keychain.setPassword(KEYCHAIN_SERVICE, account, text);
  if ((await keychain.getPassword(KEYCHAIN_SERVICE, account)) === text) return;
  throw new StoreError('store_unavailable', 'the keychain did not keep what was stored in it', {
    hint: STORE_CHOICES,
  });
}
