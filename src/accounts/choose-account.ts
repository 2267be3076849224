import { AuthenticationRequiredError, UsageError } from '../errors.ts';
import type { Configuration } from '../settings/configuration.ts';
import type { TargetFlags } from '../settings/target.ts';
import type { AccountHead } from './account.ts';

/** The flags that say which account is meant. */
export interface AccountFlags extends TargetFlags {
  readonly account?: string;
}

/**
 * Finds the account that is meant: the only one, the default one, or the one of the target.
 *
 * Throws an `AuthenticationRequiredError` when nobody is signed in there, and a `UsageError` that lists the
 * choices when more than one fits.
 */
export async function chooseAccount(
  target: string | undefined,
  flags: AccountFlags,
  accounts: readonly AccountHead[],
  configuration: () => Promise<Configuration>,
): Promise<AccountHead> {
  const candidates =
    target === undefined && flags.issuer === undefined
      ? accounts
      : await accountsOfTarget(target ?? flags.issuer ?? '', flags, accounts, configuration);
  const named = flags.account === undefined ? candidates : candidates.filter(isNamed(flags.account));
  const [only, ...others] = named;
  if (only !== undefined && others.length === 0) return only;
  if (only === undefined) throw nobody(target, flags, candidates);
  const { default_account } = await configuration();
  const standard = named.find(({ id }) => id === default_account);
  if (standard !== undefined) return standard;
  throw ambiguous(named);
}

/** How a person tells accounts apart: user name, else e-mail, else subject. */
export function accountName({ profile }: Pick<AccountHead, 'profile'>): string {
  return profile.preferred_username ?? profile.email ?? profile.name ?? profile.sub;
}

async function accountsOfTarget(
  target: string,
  flags: AccountFlags,
  accounts: readonly AccountHead[],
  configuration: () => Promise<Configuration>,
): Promise<readonly AccountHead[]> {
  const isPlain = flags.host === undefined && flags.tenant === undefined && flags.issuer === undefined;
  const plain = isPlain
    ? accounts.filter(({ provider, issuer }) => provider === target || issuer === target)
    : [];
  if (plain.length > 0) return plain;
  const { chooseTarget } = await import('../settings/target.ts');
  const { provider } = chooseTarget(target, flags, await configuration());
  return accounts.filter(
    (account) => account.provider === provider.name && account.issuer === provider.issuer,
  );
}

function isNamed(name: string): (account: AccountHead) => boolean {
  const wanted = name.toLowerCase();
  return ({ id, profile }) =>
    id === name ||
    [profile.preferred_username, profile.email, profile.sub].some((text) => text?.toLowerCase() === wanted);
}

function nobody(
  target: string | undefined,
  flags: AccountFlags,
  candidates: readonly AccountHead[],
): AuthenticationRequiredError | UsageError {
  if (flags.account !== undefined && candidates.length > 0) {
    const names = candidates.map(accountName).join(', ');
    return new UsageError(
      'usage_unknown_account',
      `there is no account ${JSON.stringify(flags.account)} here`,
      {
        hint: `signed in: ${names}`,
      },
    );
  }
  const where = target === undefined ? '' : ` to ${target}`;
  const command =
    target === undefined
      ? 'oauth-login github (oauth-login providers lists the others)'
      : `oauth-login ${target}${flags.host === undefined ? '' : ` --host ${flags.host}`}`;
  return new AuthenticationRequiredError('login_required', `nobody is signed in${where}`, {
    hint: `sign in with: ${command}`,
  });
}

function ambiguous(accounts: readonly AccountHead[]): UsageError {
  const choices = accounts
    .map((account) => `${account.provider} --account ${accountName(account)}`)
    .join(', ');
  return new UsageError('usage_ambiguous_account', `more than one account fits: ${choices}`, {
    hint: 'name the provider, and the account with --account, or set default_account in the configuration file',
  });
}
