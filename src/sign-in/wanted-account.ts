import type { AccountHead } from '../accounts/account.ts';
import { accountName } from '../accounts/account-name.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import { chooseAccount, ofTarget } from '../accounts/choose-account.ts';
import { AuthenticationRequiredError } from '../ground/errors.ts';
import type { Profile } from '../profile/profile.ts';
import type { Configuration } from '../settings/configuration.ts';
import type { LoginFlags } from '../settings/login-settings.ts';

/** The stored account that `--account` wants to sign in again; throws what `chooseAccount` throws. */
export async function wantedAccount(
  target: string,
  flags: LoginFlags,
  store: AccountStore,
  configuration: Configuration,
): Promise<AccountHead | undefined> {
  if (flags.account === undefined) return undefined;
  return chooseAccount(target, flags, await store.list(ofTarget(target, flags)), async () => configuration);
}

/** The flags with what is known of that account: its client, since a subject can be another for each, and its name. */
export function flagsFor(flags: LoginFlags, wanted: AccountHead | undefined): LoginFlags {
  if (wanted === undefined) return flags;
  const hint = wanted.profile?.preferred_username ?? wanted.profile?.email;
  return { clientId: wanted.clientId, ...(hint === undefined ? {} : { loginHint: hint }), ...flags };
}

/**
 * Throws an `AuthenticationRequiredError` when somebody else has signed in than the one who was wanted. Where either
 * is not known, the sign-in makes an account of its own, so it takes nobody's place.
 */
export function requireWanted(wanted: AccountHead | undefined, profile: Profile | undefined): void {
  if (wanted?.profile === undefined || profile === undefined) return;
  if (wanted.profile.sub === profile.sub) return;
  const [name, other] = [accountName(wanted), accountName({ profile, clientId: wanted.clientId })];
  throw new AuthenticationRequiredError(
    'account_mismatch',
    `${other} has signed in to ${wanted.label}, and not ${name}; nothing was stored`,
    { hint: `sign out of ${wanted.label} in the browser and run this again, or leave out --account` },
  );
}
