import type { AccountHead } from '../accounts/account.ts';
import { accountName } from '../accounts/account-name.ts';
import { AuthenticationRequiredError } from '../ground/errors.ts';
import type { Profile } from '../profile/profile.ts';

/**
 * Throws an `AuthenticationRequiredError` when somebody else has signed in than the one who was wanted. Where either
 * is not known, the sign-in makes an account of its own, so it takes nobody's place.
 */
export function requireWanted(wanted: AccountHead | undefined, profile: Profile | undefined): void {
  if (wanted?.profile === undefined || profile === undefined) {
    return;
  }
  if (wanted.profile.sub === profile.sub) {
    return;
  }
  const [name, other] = [accountName(wanted), accountName({ profile, clientId: wanted.clientId })];
  throw new AuthenticationRequiredError(
    'account_mismatch',
    `${other} has signed in to ${wanted.label}, and not ${name}; nothing was stored`,
    { hint: `sign out of ${wanted.label} in the browser and run this again, or leave out --account` },
  );
}
