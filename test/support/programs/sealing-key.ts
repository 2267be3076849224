import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Keychain } from '../../../src/ground/ports.ts';
import { openSealingKey } from '../../../src/secrets/open-sealing-key.ts';
import type { StoreKind } from '../../../src/secrets/store-kind.ts';
import { realClock, storeContext } from '../store-context.ts';

/** A keychain that processes share: one file for each item. */
function sharedKeychain(directory: string): Keychain {
  mkdirSync(directory, { recursive: true });
  const fileOf = (service: string, account: string) => join(directory, `${service}.${account}`);
  return {
    getPassword: async (service, account) => {
      const file = fileOf(service, account);
      return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    },
    setPassword: async (service, account, password) => writeFileSync(fileOf(service, account), password),
    deletePassword: async (service, account) => {
      rmSync(fileOf(service, account));
      return true;
    },
  };
}

/** Waits for the others, opens the key, and shows which one it got by opening and sealing. */
const [kind = '', dataDir = '', keychain = '', barrier = ''] = process.argv.slice(2);
writeFileSync(join(barrier, String(process.pid)), '');
while (!readdirSync(barrier).includes('go')) {
  await realClock.sleep(5);
}
const context = storeContext(dataDir, {
  env: { OAUTH_LOGIN_PASSPHRASE: 'a test passphrase' },
  openKeychain: async () => sharedKeychain(keychain),
});
const key = await openSealingKey(kind as StoreKind, context, { create: true });
console.log(key.id, key.seal(Buffer.from('hello'), Buffer.from('bound')).toString('base64url'));
