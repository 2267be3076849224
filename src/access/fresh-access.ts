import type { AccountHead, OpenAccount } from '../accounts/account.ts';
import type { AccessSession } from './access-session.ts';
import { type Freshness, isFresh, isJustIssued } from './freshness.ts';

/**
 * Gives an access token that is valid long enough, refreshing it first when needed.
 *
 * Refreshing is single-flight across processes: the lock is taken, the account read again, one request sent,
 * and the answer is on disk before anybody gets it. Throws an `AuthenticationRequiredError` when only signing
 * in again helps; any other failure leaves what is stored as it is.
 *
 * @see [RFC 9700 §4.14](https://www.rfc-editor.org/rfc/rfc9700.html#section-4.14)
 */
export async function freshAccess(
  head: AccountHead,
  freshness: Freshness,
  access: AccessSession,
): Promise<OpenAccount> {
  const { context, store } = access;
  if (!freshness.force && (isFresh(head, freshness, context) || isJustIssued(head, freshness, context))) {
    const secrets = await (freshness.isJustListed ? store.openSecrets(head) : store.readSecrets(head));
    return { head, secrets };
  }
  const { refreshAccount } = await import('./refresh-account.ts');
  return refreshAccount(head, freshness, access);
}
