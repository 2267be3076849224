import { hash } from 'node:crypto';
import type { Context } from '../ground/context.ts';
import { StoreError } from '../ground/errors.ts';
import type { Keychain } from '../ground/ports.ts';
import { corruptKeyDescriptor, type KeyDescriptor, missingKey } from './key-descriptor.ts';
import { KEY_LENGTH, SealingKey } from './sealing-key.ts';

/** The same where a key is kept there already, in words for every command: only a sign-in keeps it elsewhere. */
const STORED_CHOICES =
  'sign in again with --store passphrase (set OAUTH_LOGIN_PASSPHRASE) or --store file (only file permissions protect it)';

/** Ends in the version of what is kept under it. */
export const KEYCHAIN_SERVICE = 'oauth-login-v1';

/** The name of the items in the keychain: of the command, or of a program with accounts of its own. */
export function keychainService({ program }: Pick<Context, 'program'>): string {
  return program === undefined ? KEYCHAIN_SERVICE : `${program}-${KEYCHAIN_SERVICE}`;
}

/** What a person can do without a keychain. Nothing weaker is ever chosen for them. */
const STORE_CHOICES =
  'choose where the key is kept: --store keychain (needs a running, unlocked keychain), --store passphrase (set OAUTH_LOGIN_PASSPHRASE), or --store file (only file permissions protect it)';

/** What the key is found under; Windows joins service and account with `/`, so the account must have none (T39). */
export function keychainAccount(id: string): string {
  return hash('sha256', id, 'base64url');
}

const keychainCodes = ['store_unavailable', 'store_locked', 'store_denied', 'store_timeout'] as const;

/** Runs the work with the keychain; an error of it names the choices besides its own remedy. */
export async function withKeychain<T>(
  context: Context,
  work: (keychain: Keychain) => Promise<T>,
  { isCrowded = false, choices = STORE_CHOICES } = {},
): Promise<T> {
  try {
    return await work(await context.openKeychain({ isCrowded }));
  } catch (error) {
    const code = error instanceof StoreError && keychainCodes.find((known) => known === error.code);
    if (!code) {
      throw error;
    }
    throw new StoreError(code, error.message, { hint: `${error.hint}; or ${choices}`, cause: error });
  }
}

/** Fetches the key from the keychain, with one read. Throws `StoreError`. */
export async function readKeychainKey(
  descriptor: KeyDescriptor,
  context: Context,
  isCrowded: boolean,
): Promise<SealingKey> {
  const account = keychainAccount(descriptor.id);
  const read = (keychain: Keychain) => keychain.getPassword(keychainService(context), account);
  const text = await withKeychain(context, read, { isCrowded, choices: STORED_CHOICES });
  if (text === undefined) {
    throw missingKey(
      'keychain',
      context,
      'the keychain no longer has the key that the accounts are encrypted with',
    );
  }
  const key = Buffer.from(text, 'base64');
  if (key.length !== KEY_LENGTH) {
    throw corruptKeyDescriptor('keychain', context);
  }
  return new SealingKey('keychain', descriptor.id, key);
}

/** Removes the key from the keychain; `false` where none is there. Throws `StoreError`. */
export function removeKeychainKey({ id }: KeyDescriptor, context: Context): Promise<boolean> {
  return withKeychain(context, (keychain) => keychain.deletePassword(KEYCHAIN_SERVICE, keychainAccount(id)), {
    choices: 'remove the item yourself: it is called oauth-login-v1',
  });
}
