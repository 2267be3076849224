import { freshToken } from '../access/fresh-token.ts';
import { providerNameOf } from '../access/token-source.ts';
import type { Context, Environment } from '../ground/context.ts';
import { commandEnvironment } from '../ground/environment.ts';
import { UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import type { Secret } from '../ground/secret.ts';
import { maskLines } from '../output/masks.ts';
import { tokenVariable } from '../settings/token-variable.ts';
import { readMinValidity } from './min-validity.ts';
import { openAccess } from './open-access.ts';
import { type TokenSourceFlags, tokenSourceOf } from './token-flags.ts';

/** The flags of `exec`. */
export interface ExecFlags extends TokenSourceFlags {
  readonly as?: string;
  readonly minValidity?: string;
  readonly debug?: boolean;
}

/**
 * `oauth-login exec`: runs a command with the access token in one variable of its environment; gives its exit code.
 *
 * The refresh token stays here, and so do the variables of this tool that may hold secrets.
 */
export async function runWithToken(
  target: string,
  command: readonly string[],
  flags: ExecFlags,
  context: Context,
): Promise<number> {
  const [program, ...args] = command;
  if (program === undefined || program === '') {
    throw noCommand(target);
  }
  const minValiditySeconds = readMinValidity(flags.minValidity);
  const access = openAccess(flags, context);
  const source = await tokenSourceOf(target, flags, access);
  const variable = tokenVariable(flags.as, providerNameOf(source));
  const { accessToken } = await freshToken(source, { minValiditySeconds, isJustListed: true }, access);
  const masks = maskLines(accessToken, context.env);
  if (masks !== '') {
    context.stderr.write(masks);
  }
  const child = await context.startChild({ program, args, env: withToken(context, variable, accessToken) });
  return child.exitCode;
}

/** On Windows `Github_Token` and `GITHUB_TOKEN` are one variable, and only one of the two would arrive. */
function withToken({ env, platform }: Context, variable: string, token: Secret): Environment {
  const others = Object.entries(commandEnvironment(env)).filter(
    ([name]) => platform !== 'win32' || name.toUpperCase() !== variable.toUpperCase(),
  );
  return { ...Object.fromEntries(others), [variable]: token.reveal() };
}

/**
 * Throws a `UsageError` when the words of the command are not exactly those behind the first `--`: of the words before
 * it, its options would be read as ours.
 */
export function requireSeparator(argv: readonly string[], target: string, words: readonly string[]): void {
  const separator = argv.indexOf('--');
  const command = argv.slice(separator + 1);
  const isSame = command.length === words.length && command.every((word, index) => word === words[index]);
  if (separator === -1 || !isSame) {
    throw noCommand(target);
  }
}

function noCommand(target: string): UsageError {
  return new UsageError('usage_invalid', 'which command is to be run?', {
    hint: `put it behind two dashes, for example: oauth-login exec ${shellQuoted(target)} -- printenv`,
  });
}
