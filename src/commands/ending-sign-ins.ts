import { isWithdrawn } from '../access/freshness.ts';
import type { AccountHead } from '../accounts/account.ts';
import { accountWords } from '../accounts/account-words.ts';
import type { KeptClient } from '../accounts/kept-clients.ts';
import { AuthenticationRequiredError } from '../ground/errors.ts';
import { safeText } from '../ground/safe-text.ts';

/** What is looked through. */
interface Ending {
  readonly accounts: readonly AccountHead[];
  readonly clients: readonly KeptClient[];
}

/**
 * Throws an `AuthenticationRequiredError` that names every sign-in and every client secret that is at an end within the period, and says when
 * each ends.
 * An access token that is refreshed does not count, and what is not known to end does not either.
 */
export function refuseEnding({ accounts, clients }: Ending, now: Date, periodSeconds: number): void {
  const then = new Date(now.getTime() + periodSeconds * 1000);
  const ending = accounts.filter((head) => endOf(head) <= then.getTime());
  const secrets = clients.filter(
    ({ secretExpiresAt }) => Date.parse(secretExpiresAt ?? '') <= then.getTime(),
  );
  const ends = [
    ...ending.map((head) => endText(accountWords(head, accounts), endOf(head), now)),
    ...secrets.map(({ provider, secretExpiresAt }) =>
      endText(`the client secret of ${safeText(provider)}`, Date.parse(secretExpiresAt ?? ''), now),
    ),
  ];
  if (ends.length === 0) {
    return;
  }
  const [first] = ending;
  const [secret] = secrets;
  throw new AuthenticationRequiredError('sign_in_ends', ends.join(', '), {
    hint: `sign in again with: oauth-login ${first?.target ?? secret?.provider ?? 'github'}`,
  });
}

/** When something ends, or that it has ended. */
function endText(what: string, end: number, now: Date): string {
  return end <= now.getTime()
    ? `${what} has ended`
    : `${what} ends at ${new Date(end).toISOString().replace('T', ' ').slice(0, 16)} UTC`;
}

/** Milliseconds since the epoch; of a sign-in that has ended, minus infinity. */
function endOf(head: AccountHead): number {
  if (head.needsLogin !== undefined || (isWithdrawn(head) && !head.hasRefreshToken)) {
    return Number.NEGATIVE_INFINITY;
  }
  const end = head.hasRefreshToken ? head.refreshTokenExpiresAt : head.expiresAt;
  return end === undefined ? Number.POSITIVE_INFINITY : Date.parse(end);
}
