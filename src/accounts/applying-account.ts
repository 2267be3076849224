import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readOwnRules } from '../settings/account-rules.ts';
import { CONFIGURATION_FILE } from '../settings/configuration-file.ts';
import { readNamedAccount, withNamedAccount } from '../settings/named-account.ts';
import { type AccountRule, rulesThatHold } from '../settings/rules-that-hold.ts';
import type { AccountHead } from './account.ts';
import type { StoredAccounts } from './account-store.ts';
import { isMeantBy } from './account-words.ts';
import { ofTarget } from './accounts-of-target.ts';
import {
  type AccountChoice,
  type ApplyingAccount,
  type ChoiceRules,
  chooseAccount,
  unreadableAccounts,
} from './choose-account.ts';
import { ruledAccount } from './ruled-account.ts';
import type { Session } from './session.ts';
import { orNameOfAccount } from './unknown-target.ts';

/** Which account is asked for. */
export interface AccountQuestion extends AccountChoice {
  /** The directory that the caller works in, where that is not the one of this process. */
  readonly directory?: string;
}

/**
 * Gives the account that applies, and why: the one that is named (by the target, as in `github:octocat`, or by
 * `--account`), else the one of `OAUTH_LOGIN_ACCOUNT`, else the one of the directory, else the default one, else the
 * only one. No secret is opened. An account that is meant and signed out stops the command: no other takes its place.
 *
 * `target` is what a person types: a provider, the address of an issuer or a resource, or a host that `status` shows.
 *
 * Throws what `chooseAccount` throws, and a `ConfigurationError` for a configuration whose rules cannot be read.
 */
export async function applyingAccount(
  target: string | undefined,
  question: AccountQuestion,
  session: Pick<Session, 'context' | 'store' | 'configuration'>,
): Promise<ApplyingAccount> {
  const { store, configuration } = session;
  const [wanted, choice] = withNamedAccount(target, question);
  if (choice.account !== undefined) {
    return chooseAccount(wanted, choice, await store.list(ofTarget(wanted, choice)), configuration);
  }
  const said = await rulesOf(question.directory, session);
  const { rules } = said;
  const of = ofTarget(wanted, choice) ?? nearestProvider(wanted, rules);
  const listed = await store.list(of);
  const accounts = [...listed.accounts];
  for (const { account } of rules) {
    const provider = readNamedAccount(account)?.provider;
    // The list may be that of another provider alone.
    if (of !== undefined && provider !== of && !accounts.some(isMeantBy(account))) {
      const more = await store.list(provider);
      accounts.push(...more.accounts.filter(({ id }) => !accounts.some((known) => known.id === id)));
    }
  }
  try {
    return await chooseAccount(wanted, choice, { ...listed, accounts }, configuration, said);
  } catch (error) {
    throw await orNameOfAccount(error, wanted, () => store.list());
  }
}

/**
 * As `applyingAccount`, among accounts that are known to fit, such as those whose tokens may go to a host. `stored` has
 * all of the store, or all of the target. Throws as `applyingAccount` does.
 */
export async function applyingAmong(
  fitting: readonly AccountHead[],
  { account, directory }: Pick<AccountQuestion, 'account' | 'directory'>,
  { accounts, problems }: StoredAccounts,
  session: Pick<Session, 'context' | 'configuration'>,
): Promise<ApplyingAccount> {
  const { configuration } = session;
  const stored = { accounts: fitting, problems };
  if (account !== undefined) {
    return chooseAccount(undefined, { account }, stored, configuration);
  }
  const { rules, overall } = await rulesOf(directory, session);
  const ruled = await ruledAccount(rules, { target: '', candidates: fitting, accounts, configuration });
  return ruled === undefined
    ? chooseAccount(undefined, {}, stored, configuration, {
        rules: [],
        overall: async () => ofFitting(await overall(), fitting, problems),
      })
    : { head: ruled.head, reason: ruled.rule.source };
}

/** The default account, unless it is of a provider whose tokens do not fit: then it says nothing here. */
function ofFitting(
  account: string | undefined,
  fitting: readonly AccountHead[],
  problems: StoredAccounts['problems'],
): string | undefined {
  if (account === undefined) {
    return undefined;
  }
  const provider = readNamedAccount(account)?.provider;
  const isFitting =
    fitting.some((head) => head.provider === provider || isMeantBy(account)(head)) ||
    unreadableAccounts(problems).some(({ id }) => id === account);
  return isFitting ? account : undefined;
}

/** The provider of the rule that decides, where no target was given. Then the accounts of others need not be read. */
function nearestProvider(
  wanted: string | undefined,
  [first, second]: readonly AccountRule[],
): string | undefined {
  if (wanted !== undefined || first === undefined || first.source.kind === 'default') {
    return undefined;
  }
  const isShared = first.source.kind === 'directory' && second?.source.kind === 'directory';
  return isShared ? undefined : readNamedAccount(first.account)?.provider;
}

/**
 * What the user has said of accounts, as it holds in that directory. Most of it is read without the rest of the
 * configuration. Throws a `ConfigurationError`.
 */
export async function rulesOf(
  directory: string | undefined,
  { context, configuration }: Pick<Session, 'context' | 'configuration'>,
): Promise<ChoiceRules> {
  const own = readOwnRules(context.paths);
  if (own === undefined) {
    await configuration();
    return { rules: [], overall: async () => undefined };
  }
  const { machine } = context.paths;
  const isShared = machine !== undefined && existsSync(join(machine.directory, CONFIGURATION_FILE));
  return {
    rules: rulesThatHold(own, directory ?? context.workingDirectory(), context),
    overall: async () => own.overall ?? (isShared ? (await configuration()).default_account : undefined),
  };
}
