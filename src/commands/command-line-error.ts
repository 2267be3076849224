import type { Command, CommanderError } from 'commander';
import { UsageError } from '../ground/errors.ts';
import { nearestNames } from '../ground/nearest-names.ts';
import { optionName, secretOptionHint } from './secret-option.ts';

/** What a command cannot do without, by the name of its argument, and a whole line that has it. */
const NEEDED: Readonly<Record<string, string>> = {
  target: 'a provider to act on',
  url: 'the address to ask',
  name: 'the name of a provider',
};
const EXAMPLES: Readonly<Record<string, string>> = {
  exec: 'oauth-login exec github -- printenv GITHUB_TOKEN',
  request: 'oauth-login request github https://api.github.com/user',
  setup: 'oauth-login setup github',
};

/** The `UsageError` for a command line that could not be read: names what was typed, and an example or the help. */
export function commandLineError(
  cause: CommanderError,
  argv: readonly string[],
  program: Command,
): UsageError {
  const [first = '', second = ''] = argv;
  if (cause.code === 'commander.help') {
    return usageError(
      `there is no command ${JSON.stringify(second)}`,
      'oauth-login --help shows the commands',
    );
  }
  const [, missing] = /missing required argument '(.+)'/.exec(cause.message) ?? [];
  if (missing !== undefined) {
    const example = EXAMPLES[first] === undefined ? '' : `for example: ${EXAMPLES[first]}; `;
    return usageError(`${first} needs ${NEEDED[missing] ?? missing}`, `${example}${helpOf(argv, program)}`);
  }
  const [, valueless] = /option '(.+)' argument missing/.exec(cause.message) ?? [];
  if (valueless !== undefined) {
    return usageError(`a value is missing: ${valueless}`, helpOf(argv, program));
  }
  const [, unknown] = /unknown option '([\s\S]+)'/.exec(cause.message) ?? [];
  if (unknown !== undefined) {
    const name = optionName(unknown);
    const [, suggested] =
      name === unknown ? (/\(Did you mean (?:one of )?(.+?)\?\)$/.exec(cause.message) ?? []) : [];
    const nearest = suggested ?? (unknown === first ? nearestRootOption(unknown, program) : undefined);
    const hint = secretOptionHint(name, longNames(first, program));
    const suggestion = nearest === undefined || hint !== undefined ? '' : `; did you mean ${nearest}?`;
    return usageError(`unknown option ${name}${suggestion}`, hint ?? helpOf(argv, program));
  }
  const message = cause.message.replace(/^error: /, '').replace(/\s+/g, ' ');
  return usageError(message.charAt(0).toLowerCase() + message.slice(1), helpOf(argv, program));
}

/** The long options of the command that was typed, or of `login`, whose name can be left out. */
function longNames(typed: string, { commands }: Command): readonly string[] {
  const named = (wanted: string) => commands.find((command) => command.name() === wanted);
  return (named(typed) ?? named('login'))?.options.flatMap(({ long }) => long ?? []) ?? [];
}

/** An option of no command, such as `--version`, can only stand first; commander takes one of `login` to be meant. */
function nearestRootOption(typed: string, program: Command): string | undefined {
  const known = [...program.options, { short: '-h', long: '--help' }];
  return nearestNames(
    typed,
    known.flatMap(({ short, long }) => [short, long].filter((name) => typeof name === 'string')),
  )[0];
}

function helpOf([first = '']: readonly string[], { commands }: Command): string {
  return commands.some((command) => command.name() === first)
    ? `oauth-login ${first} --help shows its options`
    : 'oauth-login login --help shows the options of a sign-in, oauth-login --help the commands';
}

function usageError(message: string, hint: string): UsageError {
  return new UsageError('usage_invalid', message, { hint });
}
