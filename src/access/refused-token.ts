import type { AccountHead } from '../accounts/account.ts';
import type { Session } from '../accounts/session.ts';

/**
 * Marks the access token of the account as refused, so that no command hands it out again. An account that has
 * another token now is left alone. Throws a `StoreError`.
 */
export async function markRefusedToken(head: AccountHead, { store }: Pick<Session, 'store'>): Promise<void> {
  await store.withLock(head.id, async () => {
    const latest = await store.read(head.id);
    if (latest === undefined || latest.issuedAt !== head.issuedAt || latest.isTokenRefused) {
      return;
    }
    await store.write({ ...latest, isTokenRefused: true }, await store.readSecrets(latest));
  });
}
