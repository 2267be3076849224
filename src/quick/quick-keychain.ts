import { sessionBusSocket } from '../adapters/session-bus-address.ts';
import type { Context } from '../ground/context.ts';
import type { Keychain } from '../ground/ports.ts';
import { KEYCHAIN_SERVICE } from '../secrets/keychain-key.ts';
import { stepBackLater } from './step-back.ts';

/** Milliseconds for the keyring of the session; one that takes longer is waited for by the whole program. */
const KEYRING_PATIENCE = 1_000;

/** Looks into a keyring that is open; on other systems a look may ask the person, which must not happen twice. */
export async function openQuickKeychain(env: Context['env'], platform: NodeJS.Platform): Promise<Keychain> {
  const socket = platform === 'linux' ? sessionBusSocket(env) : undefined;
  if (socket === undefined) {
    return stepBackLater();
  }
  const { openUnlockedKeyring } = await import('../adapters/secret-service.ts');
  const keyring = await openUnlockedKeyring(socket, KEYCHAIN_SERVICE, KEYRING_PATIENCE);
  return {
    // The key of other accounts opens nothing of these, and then the whole program looks again.
    getPassword: (_service, account) => keyring.read(account),
    setPassword: stepBackLater,
    deletePassword: stepBackLater,
  };
}
