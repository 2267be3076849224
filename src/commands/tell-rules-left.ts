import type { AccountHead } from '../accounts/account.ts';
import { isMeantBy } from '../accounts/account-words.ts';
import type { Context } from '../ground/context.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { safeText } from '../ground/safe-text.ts';
import { readOwnRules } from '../settings/account-rules.ts';
import { REMOVE_OVERALL, removeDefaultCommand } from './remove-default.ts';

/** Longer than any path that a system takes. */
const LONGEST_PATH = 4096;

/**
 * Says which defaults and directories still mean an account that was signed out, with the command that removes each: until
 * then, commands that rely on one of them stop. `kept` are the accounts that are still signed in.
 */
export function tellRulesLeft(
  gone: readonly AccountHead[],
  kept: readonly AccountHead[],
  { paths, stderr }: Context,
): void {
  const { directories, defaults, overall } = readOwnRules(paths) ?? { directories: [], defaults: [] };
  const isLeft = (account: string) => gone.some(isMeantBy(account)) && !kept.some(isMeantBy(account));
  const tell = (account: string, what: string, command: string) =>
    isLeft(account) &&
    stderr.write(`note: ${safeText(account)} is still ${what}; to remove that: ${command}\n`);
  for (const [provider, name] of defaults) {
    tell(
      `${provider}:${name}`,
      `the default account of ${safeText(provider)}`,
      removeDefaultCommand(provider),
    );
  }
  if (overall !== undefined) {
    tell(overall, 'the default where no provider is named', REMOVE_OVERALL);
  }
  for (const [directory, accounts] of directories) {
    for (const account of accounts) {
      const command = `oauth-login use ${shellQuoted(account)} ${shellQuoted(directory)} --remove`;
      tell(account, `the account of ${safeText(directory, LONGEST_PATH)}`, command);
    }
  }
}
