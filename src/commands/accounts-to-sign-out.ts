import type { AccountHead } from '../accounts/account.ts';
import { nothingToSignOut } from '../accounts/account-errors.ts';
import type { StoredAccounts } from '../accounts/account-store.ts';
import { type AccountChoice, accountsOfTarget, chooseAccount } from '../accounts/choose-account.ts';
import type { KeptToken } from '../accounts/unattended-tokens.ts';
import { AuthenticationRequiredError, UsageError } from '../ground/errors.ts';
import type { Configuration } from '../settings/configuration.ts';
import { issuerOfTarget } from '../settings/issuer-of-target.ts';

/** Which accounts `logout` was told to sign out. */
export interface SignOutChoice extends AccountChoice {
  /** Every account, or every one of the target. */
  readonly all?: boolean;
}

/**
 * The accounts that are meant. There may be none where the target has kept tokens of `--grant`, which `logout` forgets
 * as well.
 */
export async function chooseAccounts(
  target: string | undefined,
  flags: SignOutChoice,
  stored: StoredAccounts,
  kept: readonly KeptToken[],
  configuration: Configuration,
): Promise<readonly AccountHead[]> {
  const configured = async () => configuration;
  try {
    return flags.all
      ? await accountsOfTarget(target, flags, stored.accounts, configured)
      : [await chooseAccount(target, flags, stored, configured)];
  } catch (error) {
    if (flags.account !== undefined) {
      throw error;
    }
    const isUnknown = error instanceof UsageError && error.code === 'usage_unknown_provider';
    if (!isUnknown && !(error instanceof AuthenticationRequiredError)) {
      throw error;
    }
    const issuers = issuersOf([], target, flags, kept, configuration);
    if (kept.some(({ issuer }) => issuers.has(issuer))) {
      return [];
    }
    if (isUnknown || kept.length === 0 || (target ?? flags.issuer) !== undefined) {
      throw error.code === 'login_required' ? nothingToSignOut(error) : error;
    }
    throw new AuthenticationRequiredError('login_required', error.message, {
      hint: 'kept tokens of --grant are deleted with: oauth-login logout --all',
      cause: error,
    });
  }
}

/** Tokens of the client itself go with the accounts of their issuer. */
export function issuersOf(
  chosen: readonly AccountHead[],
  target: string | undefined,
  flags: SignOutChoice,
  kept: readonly KeptToken[],
  configuration: Configuration,
): ReadonlySet<string> {
  const own = issuerOfTarget(target, flags, configuration);
  // A name may have stood on the command line of `token` only, beside --issuer.
  const named = kept.filter(({ provider }) => own === undefined && provider === target?.toLowerCase());
  return new Set([...[...chosen, ...named].map(({ issuer }) => issuer), ...(own === undefined ? [] : [own])]);
}
