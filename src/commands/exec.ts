import { freshToken } from '../access/fresh-token.ts';
import { providerNameOf } from '../access/token-source.ts';
import type { Context, Environment } from '../ground/context.ts';
import { commandEnvironment } from '../ground/environment.ts';
import { UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import type { Secret } from '../ground/secret.ts';
import { maskLines } from '../output/masks.ts';
import { withNamedAccount } from '../settings/named-account.ts';
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
 * A token of OAuth 1.0a comes with its secret, in a second variable. The refresh token stays here, and so do the variables of this tool that may hold secrets.
 */
export async function runWithToken(
  typed: string,
  command: readonly string[],
  given: ExecFlags,
  context: Context,
): Promise<number> {
  const [program, ...args] = command;
  if (program === undefined || program === '') {
    throw noCommand(typed);
  }
  const [target, flags] = withNamedAccount(typed, given);
  const minValiditySeconds = readMinValidity(flags.minValidity);
  const access = openAccess(flags, context);
  const source = await tokenSourceOf(target, flags, access);
  const variable = tokenVariable(flags.as, providerNameOf(source));
  const fresh = await freshToken(source, { minValiditySeconds, isJustListed: true }, access);
  const tokenSecret = fresh.kind === 'account' ? fresh.signer?.token?.secret : undefined;
  const secrets = [
    [variable, fresh.accessToken] as const,
    ...(tokenSecret === undefined ? [] : [[`${variable}_SECRET`, tokenSecret] as const]),
  ];
  const masks = secrets.map(([, secret]) => maskLines(secret, context.env)).join('');
  if (masks !== '') {
    context.stderr.write(masks);
  }
  const child = await context.startChild({ program, args, env: withSecrets(context, secrets) });
  return child.exitCode;
}

/** On Windows `Github_Token` and `GITHUB_TOKEN` are one variable, and only one of the two would arrive. */
function withSecrets(
  { env, platform }: Context,
  secrets: readonly (readonly [variable: string, secret: Secret])[],
): Environment {
  const own = new Set(secrets.map(([variable]) => variable.toUpperCase()));
  const others = Object.entries(commandEnvironment(env)).filter(
    ([name]) => platform !== 'win32' || !own.has(name.toUpperCase()),
  );
  const shown = secrets.map(([variable, secret]) => [variable, secret.reveal()] as const);
  return Object.fromEntries([...others, ...shown]);
}

/**
 * Throws a `UsageError` when the words of the command are not exactly those behind the first `--`: of the words before
 * it, its options would be read as ours.
 */
export function requireSeparator(
  argv: readonly string[],
  target: string,
  words: readonly string[],
  command = 'exec',
): void {
  const separator = argv.indexOf('--');
  const behind = argv.slice(separator + 1);
  if (separator !== -1 && argv.indexOf(target) > separator) {
    const example = [`oauth-login ${command} github --`, ...behind.map(shellQuoted)].join(' ');
    throw new UsageError('usage_invalid', 'whose token should the command get?', {
      hint: `name the target before the two dashes, for example: ${example}`,
    });
  }
  const isSame = behind.length === words.length && behind.every((word, index) => word === words[index]);
  if (separator === -1 || !isSame) {
    throw noCommand(target, command);
  }
}

function noCommand(target: string, command = 'exec'): UsageError {
  return new UsageError('usage_invalid', 'which command should run?', {
    hint: `put it behind two dashes, for example: oauth-login ${command} ${shellQuoted(target)} -- printenv`,
  });
}
