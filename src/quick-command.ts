import type { ExecFlags } from './commands/exec.ts';
import type { StatusFlags } from './commands/status.ts';
import type { TokenFlags } from './commands/token.ts';
import type { WhoamiFlags } from './commands/whoami.ts';

/** A command line that may be answered with a small part of the program. */
export type QuickCommand = { readonly name: 'version' } | { readonly name: 'help' } | StoredAnswer;

/** A command that is answered from what is stored. */
export type StoredAnswer =
  | { readonly name: 'status'; readonly flags: StatusFlags }
  | { readonly name: 'whoami'; readonly target: string | undefined; readonly flags: WhoamiFlags }
  | { readonly name: 'token'; readonly target: string | undefined; readonly flags: TokenFlags }
  | {
      readonly name: 'exec';
      readonly target: string;
      readonly command: readonly string[];
      readonly flags: ExecFlags;
    };

/** A flag that takes a value is followed by it; one that does not is `true`. */
type Words = { readonly targets: string[]; readonly flags: Record<string, string | true> };

const FLAGS: Readonly<Record<string, ReadonlyMap<string, 'value' | 'switch'>>> = {
  status: new Map([['--json', 'switch']]),
  whoami: new Map([
    ['--offline', 'switch'],
    ['--json', 'switch'],
  ]),
  exec: new Map([
    ['--as', 'value'],
    ['--min-validity', 'value'],
    ['--account', 'value'],
  ]),
  token: new Map([
    ['--json', 'switch'],
    ['--format', 'value'],
    ['--as', 'value'],
    ['--min-validity', 'value'],
    ['--account', 'value'],
  ]),
};

/**
 * Reads a command line that is written in the plainest way: known flags, each once, values apart from their flags.
 *
 * Gives `undefined` for anything else; the whole program then reads it, and says what is wrong with it.
 */
export function readQuickCommand(argv: readonly string[]): QuickCommand | undefined {
  const [name, ...rest] = argv;
  if (rest.length === 0 && (name === '--version' || name === '-V')) return { name: 'version' };
  if (rest.length === 0 && (name === '--help' || name === '-h')) return { name: 'help' };
  const separator = name === 'exec' ? rest.indexOf('--') : -1;
  const words = readWords(separator === -1 ? rest : rest.slice(0, separator), FLAGS[name ?? '']);
  if (words === undefined) return undefined;
  const [target, ...others] = words.targets;
  if (others.length > 0) return undefined;
  const isJson = words.flags['--json'] === true ? { json: true } : {};
  switch (name) {
    case 'status':
      return target === undefined ? { name, flags: isJson } : undefined;
    case 'whoami':
      return words.flags['--offline'] === true
        ? { name, target, flags: { offline: true, ...isJson } }
        : undefined;
    case 'exec': {
      const command = rest.slice(separator + 1);
      if (separator === -1 || target === undefined || command.length === 0) return undefined;
      return { name, target, command, flags: sharedFlags(words) };
    }
    case 'token': {
      const format = words.flags['--format'];
      if (isJson.json && format !== undefined) return undefined;
      return {
        name,
        target,
        flags: {
          ...isJson,
          ...(typeof format === 'string' ? { format } : {}),
          ...sharedFlags(words),
        },
      };
    }
    default:
      return undefined;
  }
}

/** The flags that `token` and `exec` have in common. */
function sharedFlags({ flags }: Words): Pick<TokenFlags, 'as' | 'minValidity' | 'account'> {
  const as = flags['--as'];
  const minValidity = flags['--min-validity'];
  const account = flags['--account'];
  return {
    ...(typeof as === 'string' ? { as } : {}),
    ...(typeof minValidity === 'string' ? { minValidity } : {}),
    ...(typeof account === 'string' ? { account } : {}),
  };
}

function readWords(
  argv: readonly string[],
  known: ReadonlyMap<string, 'value' | 'switch'> | undefined,
): Words | undefined {
  if (known === undefined) return undefined;
  const words: Words = { targets: [], flags: {} };
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (!word.startsWith('-') && word !== '') {
      words.targets.push(word);
      continue;
    }
    const kind = known.get(word);
    if (kind === undefined || words.flags[word] !== undefined) return undefined;
    const value = kind === 'value' ? argv[index + 1] : true;
    if (value === undefined || value === '' || (typeof value === 'string' && value.startsWith('-')))
      return undefined;
    words.flags[word] = value;
    if (kind === 'value') index += 1;
  }
  return words;
}
