import type { AccountHead } from '../accounts/account.ts';
import type { AccountStore } from '../accounts/account-store.ts';

/**
 * Notes that the access token of the account was refused, unless there is another one by now: it is never handed out
 * again, by no command. Throws a `StoreError`.
 */
export async function noteRefusedToken(head: AccountHead, store: AccountStore): Promise<void> {
  await store.withLock(head.id, async () => {
    const latest = await store.read(head.id);
    if (latest === undefined || latest.issuedAt !== head.issuedAt || latest.isTokenRefused) return;
    await store.write({ ...latest, isTokenRefused: true }, await store.readSecrets(latest));
  });
}
