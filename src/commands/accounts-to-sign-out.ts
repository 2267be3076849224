import { type AccountHead, accountName } from '../accounts/account.ts';
import { nothingToSignOut } from '../accounts/account-errors.ts';
import type { StoredAccounts } from '../accounts/account-store.ts';
import { accountsOfTarget } from '../accounts/accounts-of-target.ts';
import { applyingAccount } from '../accounts/applying-account.ts';
import type { AccountChoice } from '../accounts/choose-account.ts';
import type { Session } from '../accounts/session.ts';
import type { KeptToken } from '../accounts/unattended-tokens.ts';
import { AuthenticationRequiredError, UsageError } from '../ground/errors.ts';
import { whyText } from '../output/account-reason-text.ts';
import type { Configuration } from '../settings/configuration.ts';
import { issuerOfTarget } from '../settings/issuer-of-target.ts';

/** Which accounts `logout` was told to sign out. */
export interface SignOutChoice extends AccountChoice {
  /** Every account, or every one of the target. */
  readonly all?: boolean;
  readonly json?: boolean;
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
  session: Session,
): Promise<readonly AccountHead[]> {
  const configuration = await session.configuration();
  try {
    return flags.all
      ? await accountsOfTarget(target, flags, stored.accounts, session.configuration)
      : [await applyingAccountTold(target, flags, session)];
  } catch (error) {
    const isNobody = error instanceof AuthenticationRequiredError && !isSignedOutOne(error);
    if (flags.account !== undefined || isSignedOutOne(error)) {
      throw isNobody ? nothingToSignOut(error) : error;
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

/** The account that applies. What decided so is said before it is signed out, where the command line did not. */
async function applyingAccountTold(
  target: string | undefined,
  flags: SignOutChoice,
  session: Session,
): Promise<AccountHead> {
  const { head, reason } = await applyingAccount(target, flags, session);
  const why = whyText(reason);
  if (why !== undefined && flags.json !== true) {
    session.context.stderr.write(`${accountName(head)} is meant, because ${why}\n`);
  }
  return head;
}

/** Nobody else is signed out in the place of the one that is meant. */
function isSignedOutOne(error: unknown): boolean {
  return error instanceof AuthenticationRequiredError && error.code === 'account_signed_out';
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
