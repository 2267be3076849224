import type { AccountHead } from '../accounts/account.ts';
import { openAccountStore, type StoredAccounts } from '../accounts/account-store.ts';
import {
  type AccountFlags,
  accountsOfTarget,
  chooseAccount,
  type UnreadableAccount,
  unreadableAccounts,
} from '../accounts/choose-account.ts';
import { type KeptToken, openGrantTokens } from '../accounts/grant-tokens.ts';
import type { Context } from '../context.ts';
import { AuthenticationRequiredError, StoreError, UsageError } from '../errors.ts';
import { type Forgotten, forgottenGrantsText, forgottenJson, forgottenText } from '../output/logout-text.ts';
import { problemText } from '../output/text.ts';
import { type Configuration, readConfiguration } from '../settings/configuration.ts';
import { issuerOfTarget } from '../settings/issuer-of-target.ts';
import { forgetAccount } from './forget-account.ts';

/** The flags of `logout`. */
export interface LogoutFlags extends AccountFlags {
  /** Every account, or every one of the target. */
  readonly all?: boolean;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/**
 * `oauth-login logout`: takes the tokens back at the provider where it can, forgets them here in any case, and
 * says which of both happened. When the provider did not confirm, or the file of an account cannot be read and
 * stays, the error is told after everything is done.
 */
export async function logout(
  target: string | undefined,
  flags: LogoutFlags,
  context: Context,
): Promise<void> {
  const configuration = await readConfiguration(context.paths);
  const store = openAccountStore(context);
  const stored = await store.list();
  const kept = openGrantTokens(context);
  const { tokens } = kept.list();
  const chosen = await chooseAccounts(target, flags, stored, tokens, configuration);
  const places = [target, flags.host, flags.tenant, flags.issuer];
  const isEveryone = flags.all === true && places.every((place) => place === undefined);
  const issuers = isEveryone ? undefined : issuersOf(chosen, target, flags, tokens, configuration);
  const grants = kept.remove(issuers);
  const unreadable = flags.all ? unreadableAccounts(stored.problems, issuers) : [];
  const outcomes: Forgotten[] = [];
  for (const head of chosen) {
    const outcome = await store.withLock(head.id, async () => {
      // As it is now: whoever had the lock before may have refreshed it, or signed it out.
      const latest = await store.read(head.id);
      return latest === undefined ? undefined : forgetAccount(latest, flags, store, context, configuration);
    });
    if (outcome === undefined) continue;
    outcomes.push(outcome);
    if (!flags.json) context.stdout.write(forgottenText(outcome));
  }
  if (flags.json) context.stdout.write(forgottenJson(outcomes, grants, unreadable));
  else if (outcomes.length === 0 && grants.length === 0 && unreadable.length === 0)
    context.stdout.write('Nobody was signed in.\n');
  else if (grants.length > 0) context.stdout.write(forgottenGrantsText(grants.length));
  const failed = outcomes.find(({ error }) => error !== undefined)?.error;
  if (failed !== undefined && unreadable.length > 0 && !flags.json) {
    context.stderr.write(problemText('warning', failed));
  }
  if (unreadable.length > 0) throw stillSignedIn(unreadable, flags, context);
  if (failed !== undefined) throw failed;
}

/** Tells of every file but the first, and gives the error that tells of that one. */
function stillSignedIn(
  [first, ...others]: readonly UnreadableAccount[],
  flags: LogoutFlags,
  context: Context,
): StoreError | undefined {
  if (first === undefined) return undefined;
  if (!flags.json) for (const { error } of others) context.stderr.write(problemText('warning', error));
  const count = others.length === 0 ? 'one account was' : `${others.length + 1} accounts were`;
  return new StoreError('store_unreadable_account', `${count} not signed out: ${first.error.message}`, {
    hint: `its tokens may still be good; ${first.error.hint}`,
    cause: first.error,
  });
}

/**
 * The accounts that are meant. There may be none where the target has kept tokens of `--grant`, which `logout` forgets
 * as well.
 */
async function chooseAccounts(
  target: string | undefined,
  flags: LogoutFlags,
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
    if (flags.account !== undefined) throw error;
    const isUnknown = error instanceof UsageError && error.code === 'usage_unknown_provider';
    if (!isUnknown && !(error instanceof AuthenticationRequiredError)) throw error;
    const issuers = issuersOf([], target, flags, kept, configuration);
    if (kept.some(({ issuer }) => issuers.has(issuer))) return [];
    if (isUnknown) throw error;
    if (kept.length === 0 || (target ?? flags.issuer) !== undefined) throw error;
    throw new AuthenticationRequiredError('login_required', error.message, {
      hint: 'kept tokens of --grant are forgotten with: oauth-login logout --all',
      cause: error,
    });
  }
}

/** Tokens of the client itself go with the accounts of their issuer. */
function issuersOf(
  chosen: readonly AccountHead[],
  target: string | undefined,
  flags: LogoutFlags,
  kept: readonly KeptToken[],
  configuration: Configuration,
): ReadonlySet<string> {
  const own = issuerOfTarget(target, flags, configuration);
  // A name may have stood on the command line of `token` only, beside --issuer.
  const named = kept.filter(({ provider }) => own === undefined && provider === target?.toLowerCase());
  return new Set([...[...chosen, ...named].map(({ issuer }) => issuer), ...(own === undefined ? [] : [own])]);
}
