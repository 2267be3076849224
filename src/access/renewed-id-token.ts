import type { AccountHead, OpenAccount } from '../accounts/account.ts';
import { AuthenticationRequiredError } from '../ground/errors.ts';
import type { AccessSession } from './access-session.ts';
import type { Freshness } from './freshness.ts';
import { refreshAccount } from './refresh-account.ts';
import { type FreshIdToken, idTokenOf } from './stored-id-token.ts';

/** Milliseconds for which tokens count as new, so that the server is not asked again. */
const PAUSE = 30_000;

/**
 * Refreshes an account for its ID Token: the part of `freshIdToken` that needs the network. Throws as `freshIdToken`
 * does.
 */
export async function renewedIdToken(
  account: OpenAccount,
  stored: FreshIdToken | undefined,
  freshness: Freshness,
  access: AccessSession,
): Promise<FreshIdToken> {
  const { clock } = access.context;
  const { head } = account;
  if (!head.hasRefreshToken || (isJustRefreshed(account, stored, clock.now()) && !freshness.force)) {
    return stillValid(stored, head, clock.now());
  }
  const renewed = await refreshAccount(head, { ...freshness, force: true }, access);
  return stillValid(idTokenOf(renewed), renewed.head, clock.now());
}

/** A program that asks again and again must not spend a refresh token each time. */
function isJustRefreshed({ head }: OpenAccount, stored: FreshIdToken | undefined, now: Date): boolean {
  const age = now.getTime() - Date.parse(head.issuedAt);
  const { iat } = stored?.claims ?? {};
  const life = typeof iat === 'number' ? Number(stored?.expiresAt) - iat * 1000 : PAUSE;
  return age >= 0 && age < Math.min(life / 2, PAUSE);
}

function stillValid(idToken: FreshIdToken | undefined, head: AccountHead, now: Date): FreshIdToken {
  if (idToken !== undefined && idToken.expiresAt.getTime() > now.getTime()) {
    return idToken;
  }
  if (idToken === undefined) {
    throw new AuthenticationRequiredError(
      'id_token_missing',
      `there is no ID Token of ${head.label}: the sign-in did not ask for one, or the server gave none`,
      { hint: `sign in with the scope openid: oauth-login ${head.target} --scope openid` },
    );
  }
  const reason = head.hasRefreshToken
    ? 'the server sends no new one with a refresh'
    : 'there is no refresh token to get a new one with';
  throw new AuthenticationRequiredError(
    'id_token_expired',
    `the ID Token of ${head.label} has expired, and ${reason}`,
    { hint: `sign in again with: oauth-login ${head.target}` },
  );
}
