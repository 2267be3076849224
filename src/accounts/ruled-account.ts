import { ConfigurationError, UsageError } from '../ground/errors.ts';
import { safeText } from '../ground/safe-text.ts';
import type { Configuration } from '../settings/configuration.ts';
import { readNamedAccount } from '../settings/named-account.ts';
import type { AccountRule } from '../settings/rules-that-hold.ts';
import type { AccountHead } from './account.ts';
import { ambiguousAccountError, signedOutError } from './account-errors.ts';
import { isMeantBy } from './account-words.ts';

/** What the rules are held against. */
export interface RuledAccounts {
  /** As it was typed; `undefined` when neither a target nor a flag says anything. */
  readonly target: string | undefined;
  /** The accounts of the target. */
  readonly candidates: readonly AccountHead[];
  /** Also accounts of others, so that a rule for them is known to be for them. */
  readonly accounts: readonly AccountHead[];
  readonly configuration: () => Promise<Configuration>;
}

/**
 * The account that the first rule for this target means, and that rule; `undefined` when there is none.
 *
 * Throws an `AuthenticationRequiredError` when nobody has that name, since nobody else may take the place, and a
 * `UsageError` when a rule means several accounts.
 */
export async function ruledAccount(
  rules: readonly AccountRule[],
  known: RuledAccounts,
): Promise<{ readonly head: AccountHead; readonly rule: AccountRule } | undefined> {
  const { target, candidates } = known;
  for (const rule of rules) {
    const { source } = rule;
    if (source.kind === 'default' && !candidates.every(({ provider }) => provider === source.provider)) {
      continue;
    }
    if (target === undefined) {
      refuseSeveral(rule, rules);
    }
    const own = candidates.filter(isMeantBy(rule.account));
    const [only] = own;
    if (own.length > 1) {
      throw ambiguousAccountError(own);
    }
    if (only !== undefined) {
      return { head: only, rule };
    }
    const spelt = await otherSpelling(rule, known);
    const found = spelt === undefined ? undefined : await ruledAccount([{ ...rule, account: spelt }], known);
    if (found !== undefined) {
      return found;
    }
    if (spelt === undefined && !isOfAnother(rule, known)) {
      throw signedOutError(rule, candidates);
    }
  }
  return undefined;
}

/**
 * Refuses that anybody takes the place of `default_account`, where that is signed out. A name alone, without its provider,
 * says nothing about a target that was typed.
 *
 * Throws an `AuthenticationRequiredError`.
 */
export async function refuseSignedOutDefault(account: string, known: RuledAccounts): Promise<void> {
  const isOfAnyTarget = readNamedAccount(account) === undefined && known.target !== undefined;
  if (!isOfAnyTarget && !known.candidates.some(isMeantBy(account))) {
    await ruledAccount([{ account, source: { kind: 'overall' } }], known);
  }
}

/** A directory may mean an account for each of several providers; without a target, nobody knows which. */
function refuseSeveral({ source }: AccountRule, rules: readonly AccountRule[]): void {
  if (source.kind !== 'directory') {
    return;
  }
  const accounts = rules
    .filter((other) => other.source.kind === 'directory' && other.source.directory === source.directory)
    .map(({ account }) => safeText(account));
  if (accounts.length > 1) {
    throw new UsageError(
      'usage_ambiguous_account',
      `${source.directory} means more than one account: ${accounts.join(', ')}`,
      { hint: 'name the provider, or one of them' },
    );
  }
}

/** Whether the rule is for another target than this one. One that nobody can tell is for every target. */
function isOfAnother({ account }: AccountRule, { target, candidates, accounts }: RuledAccounts): boolean {
  if (target === undefined) {
    return false;
  }
  const provider = readNamedAccount(account)?.provider;
  // Its account is signed in, and a flag or the address leaves it out.
  if (provider === undefined || accounts.some(isMeantBy(account))) {
    return accounts.some(isMeantBy(account));
  }
  return target.toLowerCase() !== provider && !candidates.some((head) => head.provider === provider);
}

/** The account under the provider's own name, where the rule has an alias of it; `undefined` for all other rules. */
async function otherSpelling(
  { account }: AccountRule,
  { candidates, accounts, configuration }: RuledAccounts,
): Promise<string | undefined> {
  const named = readNamedAccount(account);
  const isKnown = named === undefined || accounts.some(({ provider }) => provider === named.provider);
  if (isKnown || candidates.length === 0) {
    return undefined;
  }
  const { chooseTarget } = await import('../settings/target.ts');
  try {
    const { name } = chooseTarget(named.provider, {}, await configuration()).provider;
    return name === named.provider ? undefined : `${name}:${named.account}`;
  } catch (error) {
    if (error instanceof UsageError || error instanceof ConfigurationError) {
      return undefined;
    }
    throw error;
  }
}
