import type { Command } from 'commander';
import { UsageError } from '../ground/errors.ts';
import { meantCommand, noSuchCommand } from './mistyped-command.ts';

/** What to type instead, where that is not the command with fewer words. */
const INSTEAD: Readonly<Record<string, string>> = {
  login: 'sign in to one provider at a time, for example oauth-login github',
  status: 'it always shows every account; oauth-login whoami github --offline tells of one',
  exec: 'put the command behind two dashes, for example: oauth-login exec github -- printenv',
};

/** Throws a `UsageError` that names the words too many; a command of another tool may be meant by the first one. */
export function refuseExcess(typed: Command, root: Command): void {
  const { args: words, registeredArguments: known } = typed;
  if (words.length <= known.length || known.some(({ variadic }) => variadic)) return;
  const name = typed.name();
  const meant = name === 'login' ? meantCommand(words, namesOf(root)) : undefined;
  if (meant !== undefined) throw noSuchCommand(words[0] ?? '', meant);
  const excess = words.slice(known.length).map((word) => JSON.stringify(word));
  throw new UsageError('usage_invalid', `too many words for ${name}: ${excess.join(' ')}`, {
    hint: `${INSTEAD[name] ?? 'leave them out'}; oauth-login ${name} --help shows what it takes`,
  });
}

function namesOf({ commands }: Command): string[] {
  return commands.map((command) => command.name());
}
