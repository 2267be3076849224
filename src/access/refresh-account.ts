import type { AccountHead, OpenAccount } from '../accounts/account.ts';
import type { Context } from '../ground/context.ts';
import type { AccessSession } from './access-session.ts';
import { failureToShare } from './failed-refresh.ts';
import { type Freshness, isFresh, isValid } from './freshness.ts';
import { cannotRefresh, signInAgain } from './sign-in-again.ts';

export { signInAgain } from './sign-in-again.ts';

/**
 * Refreshes the access token of an account: the part of `freshAccess` that needs the network. Throws as
 * `freshAccess` does.
 *
 * When another process is refreshing the account already, this process waits for its result, a token or an error,
 * and sends no request.
 */
export async function refreshAccount(
  head: AccountHead,
  freshness: Freshness,
  access: AccessSession,
): Promise<OpenAccount> {
  const { context, store } = access;
  if (!head.hasRefreshToken) {
    throw cannotRefresh(head, context);
  }
  // The key is opened before the lock is taken: a keychain, a derivation or a person may take longer than a
  // refresh.
  await store.unlock(head);
  const whatCame = async (latest: AccountHead | undefined) =>
    isAnswered(head, latest, freshness, context)
      ? { head: latest, secrets: await store.readSecrets(latest) }
      : undefined;
  const refresh = async () => {
    const latest = await store.read(head.id);
    const settled = await whatCame(latest);
    if (settled !== undefined) {
      return settled;
    }
    if (latest === undefined) {
      throw signInAgain(head, 'it was signed out in the meantime');
    }
    const secrets = await store.readSecrets(latest);
    const [{ renewAccount }] = await Promise.all([import('./renew-account.ts'), access.configuration()]);
    // Once the request is out, its answer has to reach the disk: the old token may be spent.
    const renewed = await context.uninterrupted(() => renewAccount({ head: latest, secrets }, access));
    context.signal.throwIfAborted();
    return renewed;
  };
  return store.withLock(head.id, refresh, whatCame);
}

/**
 * Whether the account, as it is now, has a fresh token for a caller who has read it as `head`. Throws when it says
 * that there will be none.
 */
function isAnswered(
  head: AccountHead,
  latest: AccountHead | undefined,
  freshness: Freshness,
  context: Context,
): latest is AccountHead {
  if (latest === undefined) {
    throw signInAgain(head, 'it was signed out in the meantime');
  }
  const changed = latest.issuedAt !== head.issuedAt;
  // Another refresh would give a token that lives no longer.
  if (changed && isValid(latest, context)) {
    return true;
  }
  if (isFresh(latest, freshness, context) && (!freshness.force || changed)) {
    return true;
  }
  if (latest.needsLogin !== undefined) {
    throw signInAgain(latest, latest.needsLogin);
  }
  const failure = failureToShare(head, latest, context.clock.now());
  if (failure !== undefined) {
    throw failure;
  }
  return false;
}
