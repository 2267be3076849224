import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { AccountHead } from '../accounts/account.ts';
import { accountWords, isMeantBy } from '../accounts/account-words.ts';
import { applyingAccount } from '../accounts/applying-account.ts';
import { openSession, type Session } from '../accounts/session.ts';
import type { Context } from '../ground/context.ts';
import { UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { directoryRulesText, removedRuleText, ruleText } from '../output/account-rule-text.ts';
import { jsonText } from '../output/json.ts';
import { writeWords } from '../output/write-words.ts';
import { changeDirectoryRule } from '../settings/configuration-change.ts';
import { resolvedDirectory } from '../settings/rules-that-hold.ts';

/** The flags of `use`. */
export interface UseFlags {
  readonly here?: boolean;
  readonly remove?: boolean;
  readonly json?: boolean;
}

/**
 * `oauth-login use`: keeps in the user's own configuration which account a directory means, or lists that.
 *
 * Nothing is read from the directory. Throws a `UsageError` for a directory that is none, and what `applyingAccount`
 * throws for an account that nobody has.
 */
export async function use(
  account: string | undefined,
  directory: string | undefined,
  flags: UseFlags,
  context: Context,
): Promise<void> {
  const session = openSession(context);
  if (flags.remove) {
    return removeRule(account, directory, flags, session);
  }
  if (account === undefined) {
    refuseHereAlone(flags);
    return listRules(flags, session);
  }
  const path = chosenDirectory(directory, flags, context);
  const { accounts } = await session.store.list();
  const { head } = await applyingAccount(account, {}, session).catch((error: unknown) => {
    throw explained(error, account, directory, accounts);
  });
  const words = accountWords(head, accounts);
  const provider = providerOf(words);
  await changeDirectoryRule(context, path, (before) => [
    ...before.filter((other) => providerOf(other) !== provider),
    words,
  ]);
  if (flags.json) {
    context.stdout.write(jsonText({ directory: path, account: head.id, target: words }));
  } else {
    writeWords(context, ruleText(head, words, path, homeOf(context)), 'done');
  }
}

/** Where several accounts fit: the command for the first of them. Any other error stays as it is. */
function explained(
  error: unknown,
  account: string,
  directory: string | undefined,
  accounts: readonly AccountHead[],
): unknown {
  const [first] = accounts.filter(isMeantBy(account));
  if (!(error instanceof UsageError) || error.code !== 'usage_ambiguous_account' || first === undefined) {
    return error;
  }
  const place = directory === undefined ? '--here' : shellQuoted(directory);
  return new UsageError(error.code, error.message, {
    hint: `name the one that you mean: oauth-login use ${shellQuoted(accountWords(first, accounts))} ${place}`,
  });
}

async function removeRule(
  account: string | undefined,
  directory: string | undefined,
  flags: UseFlags,
  { context, store }: Session,
): Promise<void> {
  // One word may be either; a path has a slash, or is a directory that exists.
  const isPath = account !== undefined && directory === undefined && looksLikePath(account);
  const place = isPath ? account : directory;
  const path = place === undefined ? here(context) : resolvedDirectory(resolve(here(context), place));
  const { accounts } = await store.list();
  const isMeant = (rule: string) => {
    if (isPath || account === undefined) {
      return true;
    }
    const [head] = accounts.filter(isMeantBy(account));
    return rule.toLowerCase() === account.toLowerCase() || (head !== undefined && isMeantBy(rule)(head));
  };
  const removed: string[] = [];
  await changeDirectoryRule(context, path, (before) => {
    removed.push(...before.filter(isMeant));
    return before.filter((rule) => !isMeant(rule));
  });
  if (removed.length === 0) {
    throw new UsageError('usage_invalid', `${path} has no such rule`, {
      hint: 'list the rules with: oauth-login use',
    });
  }
  if (flags.json) {
    context.stdout.write(jsonText({ directory: path, removed }));
  } else {
    writeWords(context, removedRuleText(path, removed), 'done');
  }
}

async function listRules({ json }: UseFlags, { context, store, configuration }: Session): Promise<void> {
  const { directories = {} } = await configuration();
  const { accounts } = await store.list();
  const rules = Object.entries(directories).map(([directory, named]) => ({
    directory,
    exists: isDirectory(directory),
    accounts: [named].flat().map((name) => ({
      target: name,
      signed_in: accounts.some(isMeantBy(name)),
    })),
  }));
  if (json) {
    context.stdout.write(jsonText({ rules }));
  } else {
    writeWords(context, directoryRulesText(rules, homeOf(context)));
  }
}

function chosenDirectory(
  directory: string | undefined,
  { here: isHere }: UseFlags,
  context: Context,
): string {
  if (directory !== undefined && isHere) {
    throw new UsageError('usage_conflict', '--here and a directory name two places', {
      hint: 'leave out one of them',
    });
  }
  const path = resolve(here(context), directory ?? '.');
  if (!isDirectory(path)) {
    throw new UsageError('usage_invalid', `${path} is not a directory`, {
      hint: 'name a directory that exists',
    });
  }
  return resolvedDirectory(path);
}

function refuseHereAlone({ here: isHere }: UseFlags): void {
  if (isHere) {
    throw new UsageError('usage_invalid', 'which account should this directory mean?', {
      hint: 'name it, for example: oauth-login use github:octocat --here',
    });
  }
}

function here(context: Context): string {
  const directory = context.workingDirectory();
  if (directory !== undefined) {
    return resolvedDirectory(directory);
  }
  throw new UsageError('usage_invalid', 'this directory is gone', {
    hint: 'change to a directory that exists',
  });
}

function homeOf({ env }: Context): string | undefined {
  const home = env.HOME ?? env.USERPROFILE;
  return home === undefined || home === '' ? undefined : resolvedDirectory(home);
}

function looksLikePath(word: string): boolean {
  return /[/\\]/.test(word) || /^\.\.?$/.test(word) || isDirectory(word);
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function providerOf(account: string): string | undefined {
  return account.split(':')[0];
}
