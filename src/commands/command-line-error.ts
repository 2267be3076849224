import { UsageError } from '../ground/errors.ts';
import { nearestNames } from '../ground/nearest-names.ts';
import type { TypingFault } from './command-line-fault.ts';
import { descriptionOf, descriptions } from './descriptions.ts';
import { namesOf } from './flag.ts';
import { rootFlags } from './flags.ts';
import { otherWordsHint } from './other-words.ts';

const VISIBLE = 'other users can read a secret on the command line';

/** How each secret is given instead; the first name that fits counts. */
const ways: readonly (readonly [RegExp, string])[] = [
  [/refresh-?token/i, 'name a file with --refresh-token-file PATH (- is standard input)'],
  [/subject-?token/i, 'name a file with --subject-token-file PATH (- is standard input)'],
  [/token|bearer/i, 'set OAUTH_LOGIN_GITHUB_TOKEN, or the variable of another provider'],
  [/pass/i, 'set OAUTH_LOGIN_PASSPHRASE, or run the command in a terminal, which asks for it'],
  [/secret/i, 'name a file with --client-secret-file PATH (- is standard input)'],
  [/^--?(?:private-?|signing-?)?key$|assertion/i, 'name a file with --key-file PATH'],
];

/** What a command cannot do without, by the name of its argument, and a whole line that has it. */
const neededWords: Readonly<Record<string, string>> = {
  target: 'a provider',
  url: 'the URL of the request',
  name: 'the name of a provider',
};
const examples: Readonly<Record<string, string>> = {
  exec: 'oauth-login exec github -- printenv GITHUB_TOKEN',
  request: 'oauth-login request github https://api.github.com/user',
  setup: 'oauth-login setup github',
};

const SIGN_OUT =
  'to remove all that is kept on this machine: oauth-login forget --everything; to sign out everywhere: oauth-login logout --all';
const HOST = 'for a server of your own, use --host, for example: oauth-login gitlab --host git.example.com';
const NAME_ACCOUNT = 'name the account without the flag, for example: oauth-login switch github:octocat';

/** What flags of other tools and of other commands mean, by the command that they were typed after. */
const flagsOfOthers: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  forget: { '--all': SIGN_OUT },
  whoami: { '--all': 'to see every account, use: oauth-login status' },
  status: { '--all': 'it always shows every account: oauth-login status' },
  switch: { '--user': NAME_ACCOUNT, '--username': NAME_ACCOUNT, '-u': NAME_ACCOUNT },
};

/** The `UsageError` for a command line that could not be read: names what was typed, and an example or the help. */
export function commandLineError(fault: TypingFault, argv: readonly string[]): UsageError {
  const [first = ''] = argv;
  const hint = otherWordsHint(wordsOf(argv), Object.keys(descriptions));
  if (hint !== undefined) {
    return usageError(`there is no command ${JSON.stringify(first)}`, hint);
  }
  switch (fault.kind) {
    case 'missing-argument': {
      const example = examples[first] === undefined ? '' : `for example: ${examples[first]}; `;
      const isProviderLeftOut = fault.argument === 'url' && /^https?:/i.test(argv[1] ?? '');
      const needed = isProviderLeftOut
        ? 'a provider before the URL'
        : (neededWords[fault.argument] ?? neededChoice(fault.argument, first));
      return usageError(`${first} needs ${needed}`, `${example}${helpOf(first)}`);
    }
    case 'missing-value':
      return usageError(`no value was given: ${fault.flag}`, helpOf(first));
    case 'conflict':
      return usageError(
        `option '${fault.flag.usage}' cannot be used with option '${fault.other.usage}'`,
        helpOf(first),
      );
    case 'not-a-choice':
      return usageError(
        `option '${fault.flag.usage}' does not take ${JSON.stringify(fault.value)}, only ${fault.choices.join(', ')}`,
        helpOf(first),
      );
    case 'unknown-flag':
      return unknownFlag(fault.typed, first);
  }
}

/** An argument with the words that its description has for it: `a shell: bash, zsh, fish or powershell`. */
function neededChoice(argument: string, command: string): string {
  const words = descriptionOf(command)?.arguments.find(({ usage }) => usage === `<${argument}>`)?.completes
    ?.words;
  return words === undefined
    ? argument
    : `a ${argument}: ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** The error for `help` with a name that no command has. */
export function unknownHelpTopic([, topic = '']: readonly string[]): UsageError {
  return usageError(`there is no command ${JSON.stringify(topic)}`, 'oauth-login --help shows the commands');
}

/** The words before the first flag. A word after a flag may be a secret. */
function wordsOf(argv: readonly string[]): readonly string[] {
  const end = argv.findIndex((word) => word.startsWith('-'));
  return end === -1 ? argv : argv.slice(0, end);
}

function unknownFlag(typed: string, first: string): UsageError {
  const name = optionName(typed);
  const known = longNames(first);
  // Before any command, a flag of none may be meant, such as --version; what follows a name may be a secret.
  const candidates = typed === first ? [...known, ...rootFlags.flatMap(namesOf)] : known;
  const meant =
    flagsOfOthers[first]?.[name] ?? (name === '--hostname' && known.includes('--host') ? HOST : undefined);
  // `--all` is the beginning of many names, and a flag of another command: no slip of the fingers.
  const isOfAnother = meant !== undefined || ownersOf(name).length > 0;
  const near = name === typed && meant === undefined ? nearestFlags(typed, candidates) : [];
  const [nearest] = near.filter((flag) => !isOfAnother || !flag.startsWith(name));
  const hint = secretOptionHint(name, known);
  const suggestion = nearest === undefined || hint !== undefined ? '' : `; did you mean ${nearest}?`;
  const isForVersion =
    nearest === undefined && name === typed && nearestNames(typed, ['--version']).length > 0;
  const forVersion = isForVersion ? 'to see the version, use: oauth-login --version' : undefined;
  const elsewhere = nearest === undefined ? flagElsewhere(name, known, first) : undefined;
  return usageError(
    `unknown option ${name}${suggestion}`,
    hint ?? meant ?? forVersion ?? elsewhere ?? helpOf(first),
  );
}

function ownersOf(flag: string): readonly string[] {
  return Object.keys(descriptions).filter((command) => longNames(command).includes(flag));
}

/** The flags that may be meant. The dashes do not count: after them, a short name is as short as any other. */
function nearestFlags(typed: string, candidates: readonly string[]): readonly string[] {
  if (!typed.startsWith('--')) {
    return nearestNames(typed, candidates);
  }
  const names = candidates.filter((name) => name.startsWith('--')).map((name) => name.slice(2));
  return nearestNames(typed.slice(2), names).map((name) => `--${name}`);
}

/** What leads on from a flag that this command does not have but another one, or other tools. */
function flagElsewhere(name: string, known: readonly string[], first: string): string | undefined {
  if (['-o', '--output'].includes(name) && known.includes('--json')) {
    return 'for a JSON document, use --json instead';
  }
  const owners = ownersOf(name);
  const [one, two, ...others] = owners;
  if (one === undefined) {
    return undefined;
  }
  if (name === '--account' && takesAccount(first)) {
    return `name the account without the flag: oauth-login ${first} github:octocat`;
  }
  const see = [one, ...(two === undefined ? [] : [two])].map((command) => `oauth-login ${command} --help`);
  return others.length === 0
    ? `${name} belongs to another command, see ${see.join(' or ')}`
    : `it belongs to ${owners.length} other commands, such as ${one} and ${two}; ${helpOf(first)}`;
}

/** Whether the first word after the command is an account. */
function takesAccount(command: string): boolean {
  return descriptionOf(command)?.arguments[0]?.usage === '[account]';
}

/** The long names of the flags of the command that was typed, or of `login`, whose name can be left out. */
function longNames(typed: string): readonly string[] {
  const { flags } = descriptionOf(typed) ?? descriptions.login;
  return flags.flatMap((flag) => namesOf(flag).filter((name) => name.startsWith('--')));
}

function helpOf(first: string): string {
  return descriptionOf(first) === undefined
    ? 'oauth-login login --help shows the options of a sign-in, oauth-login --help the commands'
    : `oauth-login ${first} --help shows its options`;
}

function usageError(message: string, hint: string): UsageError {
  return new UsageError('usage_invalid', message, { hint });
}

/** The name of an option, without its value: the value may be a secret. */
export function optionName(typed: string): string {
  return /^--[a-z][\w-]*|^-./i.exec(typed)?.[0] ?? '-';
}

/**
 * The hint for an option whose name says that it was to hold a secret; `undefined` for any other. `known` are the
 * long names that the command has: no other is recommended.
 */
function secretOptionHint(name: string, known: readonly string[]): string | undefined {
  const way = ways.find(([pattern]) => pattern.test(name))?.[1];
  if (way === undefined) {
    return undefined;
  }
  const [flag] = /--[a-z-]+/.exec(way) ?? [];
  return flag === undefined || known.includes(flag) ? `${VISIBLE}: ${way}` : VISIBLE;
}
