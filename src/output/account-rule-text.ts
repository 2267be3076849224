import { type AccountHead, accountName } from '../accounts/account.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { safeText } from '../ground/safe-text.ts';

/** Longer than any path that a system takes. */
const LONGEST_PATH = 4096;

const FIRST_RULE = 'To set one: oauth-login use github:octocat --here';

/** A directory of the configuration, with the accounts that it means. */
export interface DirectoryRuleShown {
  readonly directory: string;
  readonly exists: boolean;
  readonly accounts: readonly { readonly target: string; readonly signed_in: boolean }[];
}

/** What `use` answers once a directory means an account. */
export function ruleText(
  head: AccountHead,
  words: string,
  directory: string,
  home: string | undefined,
): string {
  const wide = widthOf(directory, home);
  return `In ${safeText(directory, LONGEST_PATH)} and below, ${safeText(head.label)} means ${accountName(head)} (${safeText(words)})${wide === undefined ? '' : `; that is ${wide}`}\n`;
}

/** What `use --remove` answers. */
export function removedRuleText(directory: string, removed: readonly string[]): string {
  const accounts = removed.map((account) => safeText(account)).join(', ');
  return `${safeText(directory, LONGEST_PATH)} no longer means ${accounts}\n`;
}

/** The list of `use`. */
export function directoryRulesText(rules: readonly DirectoryRuleShown[], home: string | undefined): string {
  if (rules.length === 0) {
    return `No directory means an account. ${FIRST_RULE}\n`;
  }
  return rules
    .map(({ directory, exists, accounts }) => {
      const wide = widthOf(directory, home);
      const note = exists ? (wide === undefined ? '' : ` (${wide})`) : ' (this directory is gone)';
      const lines = accounts.map(
        ({ target, signed_in }) =>
          `  ${shellQuoted(safeText(target))}${signed_in ? '' : ' (nobody is signed in under that name)'}\n`,
      );
      return `${safeText(directory, LONGEST_PATH)}${note}\n${lines.join('')}`;
    })
    .join('');
}

/** What a person may not expect of a rule: that it holds nearly everywhere. */
export function widthOf(directory: string, home: string | undefined): string | undefined {
  if (/^(?:\/|[A-Za-z]:[\\/])$/.test(directory)) {
    return 'every directory';
  }
  return directory === home ? 'all of your home directory' : undefined;
}
