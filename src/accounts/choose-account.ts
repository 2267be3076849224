import { basename } from 'node:path';
import { defined } from '../ground/defined.ts';
import type { OAuthLoginError } from '../ground/errors.ts';
import { isSameButLastSlash } from '../providers/issuer-spelling.ts';
import type { Configuration } from '../settings/configuration.ts';
import type { AccountRule, RuleSource } from '../settings/rules-that-hold.ts';
import type { TargetFlags } from '../settings/target.ts';
import type { AccountHead } from './account.ts';
import { ambiguousAccountError, notSignedInError, uncertainAccountError } from './account-errors.ts';
import type { StoredAccounts } from './account-store.ts';
import { isMeantBy, isNamed } from './account-words.ts';
import { accountsOfTarget } from './accounts-of-target.ts';
import { refuseSignedOutDefault, ruledAccount } from './ruled-account.ts';

/** The flags that say which account is meant. */
export interface AccountChoice extends TargetFlags {
  readonly account?: string;
}

/** Why an account applies. */
export type AccountReason =
  /** The target or `--account` names it. */
  | { readonly kind: 'named' }
  | RuleSource
  /** The last one of a protected resource, which has named another server since. */
  | { readonly kind: 'latest' }
  | { readonly kind: 'only' };

/** An account, and why it is this one. */
export interface ApplyingAccount {
  readonly head: AccountHead;
  readonly reason: AccountReason;
}

/** What the user has said beforehand. */
export interface ChoiceRules {
  /** In their order. */
  readonly rules: readonly AccountRule[];
  /** The account of `default_account`; it is asked for where several fit. */
  readonly overall: () => Promise<string | undefined>;
}

function overallOf(configuration: () => Promise<Configuration>): ChoiceRules['overall'] {
  return async () => (await configuration()).default_account;
}

/**
 * Finds the account that is meant: the one that is named, the one of the first rule for the target, the default one, or
 * the only one.
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
  { rules, overall }: ChoiceRules = { rules: [], overall: overallOf(configuration) },
): Promise<ApplyingAccount> {
  const candidates = await accountsOfTarget(target, flags, accounts, configuration);
  const named = flags.account === undefined ? candidates : candidates.filter(isNamed(flags.account));
  const unreadable = unreadableAccounts(problems);
  const isNamedOne = flags.account !== undefined || isCalled(target, candidates);
  const isTargeted = [target, flags.host, flags.tenant, flags.issuer].some((wanted) => wanted !== undefined);
  if (!isNamedOne && rules.length > 0) {
    const wanted = isTargeted ? (target ?? flags.issuer ?? '') : undefined;
    const ruled = await ruledAccount(rules, { target: wanted, candidates, accounts, configuration }).catch(
      (error: unknown) => {
        throw unreadable[0]?.error ?? error;
      },
    );
    if (ruled !== undefined) {
      return { head: ruled.head, reason: ruled.rule.source };
    }
  }
  const [only, ...others] = named;
  const defaultAccount = only === undefined || isNamedOne ? undefined : await overall();
  if (defaultAccount !== undefined && !unreadable.some(({ id }) => id === defaultAccount)) {
    const wanted = isTargeted ? (target ?? flags.issuer ?? '') : undefined;
    const known = { target: wanted, candidates, accounts, configuration };
    await refuseSignedOutDefault(defaultAccount, known).catch((error: unknown) => {
      throw unreadable[0]?.error ?? error;
    });
  }
  if (only !== undefined && others.length === 0 && (isNamedOne || unreadable.length === 0)) {
    return { head: only, reason: { kind: isNamedOne ? 'named' : 'only' } };
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
  const [standard, rivalStandard] = named.filter(isMeantBy(defaultAccount ?? ''));
  if (standard !== undefined && rivalStandard === undefined) {
    return { head: standard, reason: { kind: 'overall' } };
  }
  const hiddenStandard = unreadable.find(({ id }) => id === defaultAccount);
  if (hiddenStandard !== undefined && !isNamedOne) {
    throw uncertainAccountError(hiddenStandard.error, only);
  }
  const latest = latestOfResource(named);
  if (latest !== undefined) {
    return { head: latest, reason: { kind: 'latest' } };
  }
  if (others.length > 0) {
    throw ambiguousAccountError(named);
  }
  const rival = unreadable.find(({ issuer }) => !isTargeted || issuer === only.issuer);
  if (rival !== undefined) {
    throw uncertainAccountError(rival.error, only);
  }
  return { head: only, reason: { kind: 'only' } };
}

/** Whether the target is the name of `--as` of the account, and not the name of its provider. */
function isCalled(target: string | undefined, [first, ...others]: readonly AccountHead[]): boolean {
  const name = target?.toLowerCase();
  const isOne = first?.alias !== undefined && first.alias === name && first.provider !== name;
  return isOne && others.length === 0;
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
