import { UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import type { CommandDescription } from './flag.ts';
import { mistypedCommand } from './mistyped-command.ts';

/** The command to type instead, where leaving out words does not help. */
const insteadOf: Readonly<Record<string, string>> = {
  login: 'sign in to one provider at a time, for example: oauth-login github',
  status: 'it always shows every account; for one account, use oauth-login whoami github --offline',
  request:
    'give the method with a flag, for example: oauth-login request github https://api.github.com/user --request PATCH',
  exec: 'put the command after two dashes, for example: oauth-login exec github -- printenv',
};

/**
 * Throws a `UsageError` that names the words too many; a command of another tool may be meant by the first one. `login` takes
 * one, unless `most` says otherwise.
 */
export function refuseExcess(
  words: readonly string[],
  { name, arguments: known }: CommandDescription,
  commands: readonly string[],
  most = name === 'login' ? 1 : known.length,
): void {
  if (words.length <= most || known.some(({ usage }) => usage.includes('...'))) {
    return;
  }
  const dashed = words.find((word) => /^[\u2010-\u2015\u2212]/.test(word));
  if (dashed !== undefined) {
    throw new UsageError('usage_invalid', `${JSON.stringify(dashed)} begins with a long dash`, {
      hint: `write two hyphens: --${dashed.replace(/^[\u2010-\u2015\u2212]+/, '')}; oauth-login ${name} --help shows the options`,
    });
  }
  const mistyped = name === 'login' ? mistypedCommand(words, commands) : undefined;
  if (mistyped !== undefined) {
    throw mistyped;
  }
  const [first = '', second = ''] = words;
  if (name === 'login' && commands.includes(second)) {
    throw new UsageError('usage_invalid', `the command ${second} comes before the name`, {
      hint: `use: oauth-login ${second} ${shellQuoted(first)}`,
    });
  }
  const excess = words.slice(most).map((word) => JSON.stringify(word));
  // The name of the command can be left out, and then nobody has typed it.
  const place =
    name === 'login'
      ? `after ${words
          .slice(0, most)
          .map((word) => JSON.stringify(word))
          .join(' ')}`
      : `for ${name}`;
  const instead =
    name === 'forget'
      ? `to sign out of one provider, use: oauth-login logout ${shellQuoted(first)}`
      : insteadOf[name];
  throw new UsageError('usage_invalid', `too many words ${place}: ${excess.join(' ')}`, {
    hint: `${instead ?? 'leave them out'}; oauth-login ${name} --help shows what it takes`,
  });
}
