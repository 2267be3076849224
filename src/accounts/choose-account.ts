import { basename } from 'node:path';
import { defined } from '../ground/defined.ts';
import { type OAuthLoginError, UsageError } from '../ground/errors.ts';
import { isSameButLastSlash } from '../providers/issuer-spelling.ts';
import { nameByOAuth1 } from '../providers/oauth1.ts';
import { isWithinResource } from '../providers/resource-identifier.ts';
import type { Configuration } from '../settings/configuration.ts';
import type { TargetFlags } from '../settings/target.ts';
import type { AccountHead } from './account.ts';
import { ambiguousAccountError, notSignedInError, uncertainAccountError } from './account-errors.ts';
import type { StoredAccounts } from './account-store.ts';
import { isMeantBy, isNamed } from './account-words.ts';

/** The flags that say which account is meant. */
export interface AccountChoice extends TargetFlags {
  readonly account?: string;
}

/**
 * Finds the account that is meant: the only one, the default one, or the one of the target.
 *
 * Throws an `AuthenticationRequiredError` when nobody is signed in there, and a `UsageError` that lists the
 * choices when more than one fits. A file that cannot be read may be the one that is meant, unless the target or
 * `--account` says otherwise: then a `StoreError` is thrown, which says how to mend it.
 */
export async function chooseAccount(
  target: string | undefined,
  flags: AccountChoice,
  { accounts, problems }: StoredAccounts,
  configuration: () => Promise<Configuration>,
): Promise<AccountHead> {
  const candidates = await accountsOfTarget(target, flags, accounts, configuration);
  const named = flags.account === undefined ? candidates : candidates.filter(isNamed(flags.account));
  const [only, ...others] = named;
  const unreadable = unreadableAccounts(problems);
  const isNamedOne = flags.account !== undefined;
  if (only !== undefined && others.length === 0 && (isNamedOne || unreadable.length === 0)) {
    return only;
  }
  if (only === undefined) {
    const { issuerOfTarget } = await import('../settings/issuer-of-target.ts');
    const own = unreadable.length === 0 ? undefined : issuerOfTarget(target, flags, await configuration());
    const meant =
      unreadable.find(({ id }) => id === flags.account?.toLowerCase()) ??
      unreadable.find(
        ({ issuer }) => own === undefined || issuer === undefined || isSameButLastSlash(issuer, own),
      );
    const [configured] = (await configuration()).providers.keys();
    throw meant?.error ?? notSignedInError(target, flags, candidates, configured);
  }
  const { default_account } = await configuration();
  const [standard, rivalStandard] = named.filter(isMeantBy(default_account ?? ''));
  if (standard !== undefined && rivalStandard === undefined) {
    return standard;
  }
  const hiddenStandard = unreadable.find(({ id }) => id === default_account);
  if (hiddenStandard !== undefined && !isNamedOne) {
    throw uncertainAccountError(hiddenStandard.error, only);
  }
  const latest = latestOfResource(named);
  if (latest !== undefined) {
    return latest;
  }
  if (others.length > 0) {
    throw ambiguousAccountError(named);
  }
  const isTargeted = [target, flags.host, flags.tenant, flags.issuer].some((wanted) => wanted !== undefined);
  const rival = unreadable.find(({ issuer }) => !isTargeted || issuer === only.issuer);
  if (rival !== undefined) {
    throw uncertainAccountError(rival.error, only);
  }
  return only;
}

/**
 * The account that was signed in last, where all are of one protected resource, which has named another server since:
 * the tokens of the server before are of no use there. Two people at one server are told apart by `--account` alone.
 */
function latestOfResource(accounts: readonly AccountHead[]): AccountHead | undefined {
  const latest = accounts.toSorted((one, other) => other.signedInAt.localeCompare(one.signedInAt))[0];
  const isOne =
    latest?.resource !== undefined && accounts.every(({ resource }) => resource === latest.resource);
  const rivals = accounts.filter((account) => account !== latest && account.issuer === latest?.issuer);
  return isOne && rivals.length === 0 ? latest : undefined;
}

/**
 * The provider or issuer whose accounts alone can be meant, where the target is just its name and no flag says
 * more.
 */
export function ofTarget(target: string | undefined, flags: TargetFlags): string | undefined {
  const isPlain = [flags.host, flags.tenant, flags.issuer].every((wanted) => wanted === undefined);
  return isPlain ? target : undefined;
}

/** An account file that cannot be read. */
export interface UnreadableAccount {
  readonly id: string;
  readonly error: OAuthLoginError;
  /** The Issuer Identifier that the file claims; it is not verified. */
  readonly issuer?: string;
}

/** The accounts among the problems; of some issuers only, those that claim one of them or do not say. */
export function unreadableAccounts(
  problems: StoredAccounts['problems'],
  issuers?: ReadonlySet<string>,
): readonly UnreadableAccount[] {
  return problems
    .filter(({ file }) => file.endsWith('.account'))
    .filter(({ claims }) => claims === undefined || issuers === undefined || issuers.has(claims.issuer))
    .map(({ file, error, claims }) => ({
      id: basename(file, '.account'),
      error,
      ...defined({ issuer: claims?.issuer }),
    }));
}

/**
 * The accounts that a target and its flags mean; all of them when neither says anything. A host that was named
 * is never passed over, not even when there is one account only: its token would go to the wrong place.
 *
 * Throws a `UsageError` when there is no such provider.
 */
export async function accountsOfTarget(
  target: string | undefined,
  flags: TargetFlags,
  accounts: readonly AccountHead[],
  configuration: () => Promise<Configuration>,
): Promise<readonly AccountHead[]> {
  const { host, tenant, issuer } = flags;
  const wanted = target ?? issuer;
  if (wanted === undefined) {
    return accounts.filter((account) => isSame(host, hostOf(account)) && isSame(tenant, account.tenant));
  }
  if (host === undefined && tenant === undefined && issuer === undefined) {
    const name = wanted.toLowerCase();
    const plain = accounts.filter(
      ({ provider, issuer: own, resource }) =>
        provider === name ||
        (resource === undefined ? isSameButLastSlash(own, wanted) : isWithinResource(wanted, resource)),
    );
    if (plain.length > 0) {
      return plain;
    }
    const byOAuth1 = accounts.filter(({ provider, oauth1 }) => oauth1 && provider === nameByOAuth1(name));
    if (byOAuth1.length > 0) {
      return byOAuth1;
    }
    const called = accounts.filter(({ alias }) => alias === name);
    if (called.length > 0) {
      return called;
    }
  }
  const { chooseTarget } = await import('../settings/target.ts');
  try {
    const { provider } = chooseTarget(wanted, flags, await configuration());
    return accounts.filter(
      (account) => account.provider === provider.name && isSameButLastSlash(account.issuer, provider.issuer),
    );
  } catch (error) {
    if (!(error instanceof UsageError) || error.code !== 'usage_unknown_provider') {
      throw error;
    }
    // The target may be a label or a host as `status` shows it, instead of the name of a provider.
    const shown = accounts.filter(
      (account) => isSame(wanted, account.label) || isSame(wanted, hostOf(account)),
    );
    if (shown.length === 0 || host !== undefined || tenant !== undefined) {
      throw error;
    }
    return shown;
  }
}

function hostOf({ host, issuer }: AccountHead): string | undefined {
  return host ?? (URL.canParse(issuer) ? new URL(issuer).host : undefined);
}

function isSame(wanted: string | undefined, stored: string | undefined): boolean {
  return wanted === undefined || wanted.toLowerCase() === stored?.toLowerCase();
}
