import { realpathSync } from 'node:fs';
import { dirname, normalize } from 'node:path';
import type { Context } from '../ground/context.ts';
import { variableText } from '../ground/environment.ts';
import { ConfigurationError, UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import type { OwnRules } from './account-rules.ts';

/** The variable that names the account for a shell or an agent. */
export const ACCOUNT_VARIABLE = 'OAUTH_LOGIN_ACCOUNT';

/** Where it is said which account is meant. */
export type RuleSource =
  | { readonly kind: 'variable' }
  /** `directory` as the file has it; it means itself and what is below it. */
  | { readonly kind: 'directory'; readonly directory: string }
  | { readonly kind: 'default'; readonly provider: string }
  /** `default_account` of the configuration. */
  | { readonly kind: 'overall' };

/** An account that is meant where neither the target nor `--account` names one. */
export interface AccountRule {
  /** As people type it: `github:octocat`, the name of `--as`, or an identifier. */
  readonly account: string;
  readonly source: RuleSource;
}

/**
 * The rules that hold in a directory, in their order: `OAUTH_LOGIN_ACCOUNT`, the directories from the nearest to the
 * farthest, the defaults of the providers. Links are resolved; nothing is read from the directory.
 *
 * Throws a `ConfigurationError` where one directory has two rules for one provider, and a `UsageError` where there are
 * rules and nobody knows which directory this is.
 */
export function rulesThatHold(
  { directories, defaults }: OwnRules,
  directory: string | undefined,
  { env }: Pick<Context, 'env'>,
): readonly AccountRule[] {
  const variable = variableText(env, ACCOUNT_VARIABLE);
  const chosen: AccountRule[] =
    variable === undefined ? [] : [{ account: variable, source: { kind: 'variable' } }];
  const standing = [...defaults].map(
    ([provider, name]): AccountRule => ({
      account: `${provider}:${name}`,
      source: { kind: 'default', provider },
    }),
  );
  return [...chosen, ...directoryRules(directories, directory), ...standing];
}

/** The directory with its links resolved, or as it is written where it is gone. */
export function resolvedDirectory(directory: string): string {
  try {
    return realpathSync.native(directory);
  } catch {
    return withoutLastSlash(normalize(directory));
  }
}

function directoryRules(
  directories: OwnRules['directories'],
  here: string | undefined,
): readonly AccountRule[] {
  if (directories.size === 0) {
    return [];
  }
  if (here === undefined) {
    throw new UsageError('usage_invalid', 'this directory is gone, so nobody knows which account it means', {
      hint: 'change to a directory that exists, or name the account, as in github:octocat',
    });
  }
  const resolved = resolvedDirectory(here);
  const above = [...directories]
    .map(([directory, accounts]) => ({ directory, accounts, path: resolvedDirectory(directory) }))
    .filter(({ path }) => isWithin(resolved, path))
    .toSorted((one, other) => other.path.length - one.path.length);
  for (const [index, rule] of above.entries()) {
    refuseSecondRule(rule, above[index + 1]);
  }
  return above.flatMap(({ directory, accounts }) =>
    accounts.map((account): AccountRule => ({ account, source: { kind: 'directory', directory } })),
  );
}

function isWithin(path: string, directory: string): boolean {
  for (let above = path; ; above = dirname(above)) {
    if (above === directory) {
      return true;
    }
    if (above === dirname(above)) {
      return false;
    }
  }
}

interface DirectoryRule {
  readonly directory: string;
  readonly path: string;
  readonly accounts: readonly string[];
}

/** Two names of one directory, where one is a link to the other. */
function refuseSecondRule(rule: DirectoryRule, next: DirectoryRule | undefined): void {
  const accounts = [...rule.accounts, ...(next?.path === rule.path ? next.accounts : [])];
  const providers = accounts.map((account) => account.split(':')[0]);
  const twice = providers.find((provider, index) => providers.indexOf(provider) !== index);
  if (twice === undefined) {
    return;
  }
  const rivals = accounts.filter((account) => account.split(':')[0] === twice);
  throw new ConfigurationError(
    'config_invalid_value',
    `${rule.path} has two rules for ${twice} in config.json: ${rivals.join(' and ')}`,
    { hint: `set it anew: oauth-login use ${shellQuoted(rivals[0] ?? twice)} ${shellQuoted(rule.path)}` },
  );
}

function withoutLastSlash(path: string): string {
  return path.length > 1 ? path.replace(/[/\\]$/, '') : path;
}
