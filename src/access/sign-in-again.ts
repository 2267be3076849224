import { type AccountHead, accountName } from '../accounts/account.ts';
import type { Context } from '../ground/context.ts';
import { AuthenticationRequiredError } from '../ground/errors.ts';

/** The error that asks the End-User to sign in again. */
export function signInAgain(head: AccountHead, reason: string): AuthenticationRequiredError {
  return new AuthenticationRequiredError(
    'refresh_rejected',
    `the sign-in of ${accountName(head)} at ${head.label} has ended: ${reason}`,
    { hint: `sign in again with: oauth-login ${head.target}` },
  );
}

/** The same error for an account without a refresh token. */
export function cannotRefresh(
  head: AccountHead,
  { clock }: Pick<Context, 'clock'>,
): AuthenticationRequiredError {
  if (head.needsLogin !== undefined) {
    return signInAgain(head, head.needsLogin);
  }
  if (head.isTokenRefused) {
    return signInAgain(head, 'the access token was refused, and there is no refresh token');
  }
  const expired = head.expiresAt !== undefined && Date.parse(head.expiresAt) <= clock.now().getTime();
  return signInAgain(
    head,
    expired
      ? 'the access token has expired and there is no refresh token'
      : 'there is no refresh token to renew it with',
  );
}
