import type { Helper, HelperRequest } from '../credential-helpers/helper.ts';
import { helpers } from '../credential-helpers/helpers.ts';
import type { InstallOptions } from '../credential-helpers/installations/installation.ts';
import type { Context } from '../ground/context.ts';
import { ExitCode, OAuthLoginError, UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { readInput } from '../ground/read-input.ts';
import { openAccess } from './open-access.ts';

/** The flags of `credential`. */
export interface CredentialFlags extends InstallOptions {
  readonly install?: boolean;
  readonly uninstall?: boolean;
  readonly print?: boolean;
  readonly yes?: boolean;
  readonly debug?: boolean;
}

/** What can be done with the configuration of the other program. */
const actions = ['install', 'uninstall', 'print'] as const;

/** The helper of that name; `undefined` when there is none. */
export function helperOf(kind: string | undefined): Helper | undefined {
  return kind !== undefined && Object.hasOwn(helpers, kind) ? helpers[kind] : undefined;
}

/**
 * `oauth-login credential`: answers the question of another program; gives the exit code. `given` is the question, where it
 * was read already.
 *
 * Throws a `UsageError` for a kind that is not known, and what keeps the helper from answering.
 */
export async function credential(
  kind: string,
  words: readonly string[],
  flags: CredentialFlags,
  context: Context,
  given?: Buffer,
): Promise<number> {
  const helper = helperOf(kind) ?? unknownKind(kind);
  const action = actions.find((name) => flags[name] === true);
  if (action !== undefined) {
    const { installCredential } = await import('./install-credential.ts');
    await installCredential(kind, action, words[0], flags, context);
    return ExitCode.done;
  }
  const access = openAccess(flags, context, `credential ${kind}`);
  if (helper.greeting !== undefined) {
    context.stdout.write(helper.greeting);
  }
  const most = helper.reads(words);
  if (most !== undefined && context.stdin.isTTY) {
    const end = context.platform === 'win32' ? 'Ctrl-Z and Enter end it' : 'Ctrl-D ends it';
    context.stderr.write(`Waiting for the question that ${kind} writes to standard input; ${end}.\n`);
    context.stderr.write(installLine(kind, words.slice(0, -1)));
  }
  const isLine = helper.greeting !== undefined;
  const isEnd = (piece: Buffer) => isLine && piece.includes('\n');
  const input =
    given ??
    (most === undefined ? Buffer.alloc(0) : await readInput(context.stdin, context.signal, most, isEnd));
  const request: HelperRequest = { words, input, options: flags };
  try {
    const { text, exitCode = 0 } = await helper.answer(request, access);
    context.stdout.write(text);
    if (text === '' && most === undefined && context.stdout.isTTY) {
      context.stderr.write(`There is no answer: ${kind} asks with other words.\n${installLine(kind, words)}`);
    }
    return exitCode;
  } catch (error) {
    if (error instanceof OAuthLoginError) {
      context.stdout.write(helper.refusal?.(error, words) ?? '');
    }
    throw error;
  }
}

/** For a person who typed what a program types. */
function installLine(kind: string, words: readonly string[]): string {
  const action = actions.find((name) => words.includes(name)) ?? 'install';
  const target = words.filter((word) => word !== action);
  const line = ['oauth-login', 'credential', kind, ...target.map(shellQuoted), `--${action}`].join(' ');
  const purpose = action === 'install' ? `To let ${kind} ask by itself` : 'What you may mean';
  return `${purpose}: ${line}\n`;
}

function unknownKind(kind: string): never {
  throw new UsageError('usage_invalid', `there is no credential helper ${JSON.stringify(kind)}`, {
    hint: `the helpers are ${Object.keys(helpers).join(', ')}; for the token itself, run: oauth-login token`,
  });
}
