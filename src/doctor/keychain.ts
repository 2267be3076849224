import { randomBytes } from 'node:crypto';
import type { Context } from '../ground/context.ts';
import { StoreError } from '../ground/errors.ts';
import type { Keychain } from '../ground/ports.ts';
import { isInteractive } from '../ground/presence.ts';
import { readKeyDescriptor } from '../secrets/key-descriptor.ts';
import { KEYCHAIN_SERVICE, readKeychainKey, withKeychain } from '../secrets/keychain-key.ts';
import type { Check } from './check.ts';
import { fine, problem, warning } from './finding.ts';
import { keptStores } from './kept-stores.ts';

/** Milliseconds for one call where a person may have to answer a dialog. */
const PATIENCE_WITH_PERSON = 15_000;

const OTHER_STORES =
  'sign in with --store passphrase (set OAUTH_LOGIN_PASSPHRASE) or --store file (only file permissions protect it)';

/** Whether the keychain opens, and has the key; one without a key keeps a value for a moment. */
export const keychainCheck: Check = {
  name: 'keychain',
  // Three calls, and each has its own deadline in the adapter.
  deadline: 4 * PATIENCE_WITH_PERSON,
  run: async (examined) => {
    const { context } = examined.session;
    const { used, chosen } = await keptStores(examined);
    try {
      return [fine('keychain', await tryKeychain(patient(context)))];
    } catch (error) {
      if (!(error instanceof StoreError)) {
        throw error;
      }
      if (used.has('keychain') || chosen === 'keychain') {
        return [problem('keychain', error)];
      }
      if (used.size > 0 || chosen !== undefined) {
        return [fine('keychain', `not used here, and not usable: ${error.message}`)];
      }
      return [warning('keychain', error)];
    }
  },
};

async function tryKeychain(context: Context): Promise<string> {
  const descriptor = readKeyDescriptor('keychain', context);
  if (descriptor !== undefined) {
    await readKeychainKey(descriptor, context, false);
    return 'the keychain is open, and has the key of your accounts';
  }
  await withKeychain(context, keepForAMoment, { choices: OTHER_STORES });
  return 'the keychain is open, and a test value was stored';
}

/** A locked keychain shows itself only when something is kept in it. */
async function keepForAMoment(keychain: Keychain): Promise<void> {
  const account = `probe-${randomBytes(16).toString('hex')}`;
  const value = randomBytes(16).toString('hex');
  await keychain.setPassword(KEYCHAIN_SERVICE, account, value);
  const read = await keychain.getPassword(KEYCHAIN_SERVICE, account);
  await keychain.deletePassword(KEYCHAIN_SERVICE, account);
  if (read === value) {
    return;
  }
  throw new StoreError('store_unavailable', 'the keychain did not store a test value', {
    hint: 'open the keychain of your system and check that it works',
  });
}

/** The same context with a keychain that waits for a person no longer than an examination may. */
function patient(context: Context): Context {
  if (!isInteractive(context)) {
    return context;
  }
  const openKeychain: Context['openKeychain'] = (options) =>
    context.openKeychain({ ...options, deadline: PATIENCE_WITH_PERSON });
  return Object.create(context, { openKeychain: { value: openKeychain } });
}
