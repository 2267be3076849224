import type { AccessSession } from '../access/access-session.ts';
import { providerNameOf, type TokenSource } from '../access/token-source.ts';
import { readerOf, type TokenToHold } from '../access/token-to-hold.ts';
import type { Context, Environment } from '../ground/context.ts';
import { commandEnvironment } from '../ground/environment.ts';
import { UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import type { ChildProcess } from '../ground/ports.ts';
import type { Secret } from '../ground/secret.ts';
import { maskLines } from '../output/masks.ts';
import { withNamedAccount } from '../settings/named-account.ts';
import { tokenVariable } from '../settings/token-variable.ts';
import {
  areAllNamed,
  refuseSameVariable,
  type WantedToken,
  wantedTokens,
} from '../settings/wanted-tokens.ts';
import { accountVariable } from './account-variable.ts';
import { readMinValidity } from './min-validity.ts';
import { openAccess } from './open-access.ts';
import { type TokenSourceFlags, tokenSourceOf } from './token-flags.ts';

/** The flags of `exec`. */
export interface ExecFlags extends TokenSourceFlags {
  readonly as?: readonly string[];
  readonly idToken?: boolean;
  readonly tokenFile?: string;
  readonly fileAs?: string;
  readonly minValidity?: string;
  readonly debug?: boolean;
}

/** A variable and the secret that it holds. */
type SecretVariable = readonly [variable: string, secret: Secret];

/**
 * `oauth-login exec`: runs a command with tokens in variables of its environment; gives its exit code. With
 * `--token-file`, the token of the target is in a file instead, which stays fresh.
 *
 * A token of OAuth 1.0a comes with its secret, in a second variable. The refresh token stays here, and so do the
 * variables of this tool that may hold secrets.
 */
export async function runWithToken(
  target: string | undefined,
  command: readonly string[],
  flags: ExecFlags,
  context: Context,
): Promise<number> {
  const [program, ...args] = command;
  if (program === undefined || program === '') {
    throw noCommand(target ?? 'github');
  }
  const wanted = wantedTokens(target, flags.as);
  if (target === undefined) {
    refuseChoiceWithoutTarget(flags);
  }
  const start = async (
    inVariables: readonly WantedToken[],
    more: Environment = {},
  ): Promise<ChildProcess> => {
    const { secrets, account } = await secretsFor(inVariables, flags, context);
    const env = { ...withSecrets(context, secrets), ...account, ...more };
    return context.startChild({ program, args, env });
  };
  if (flags.tokenFile === undefined && flags.fileAs === undefined) {
    return (await start(wanted)).exitCode;
  }
  const { runWithTokenFile } = await import('./token-file-run.ts');
  return runWithTokenFile(target, wanted, flags, start, context);
}

/** The flags that choose an account are about the target, so they mean nothing without one. */
function refuseChoiceWithoutTarget(flags: ExecFlags): void {
  const { account, host, tenant, issuer, grant, idToken } = flags;
  if ([account, host, tenant, issuer, grant, idToken].some((value) => value !== undefined)) {
    throw new UsageError('usage_conflict', 'a flag that chooses an account needs a target', {
      hint: 'name the account in --as instead, for example: --as GH_TOKEN=github:octocat',
    });
  }
}

async function secretsFor(
  wanted: readonly WantedToken[],
  flags: ExecFlags,
  context: Context,
): Promise<{ readonly secrets: readonly SecretVariable[]; readonly account: Environment }> {
  const minValiditySeconds = readMinValidity(flags.minValidity);
  const access = openAccess(flags, context, 'exec');
  const secrets: SecretVariable[] = [];
  let account: Environment = {};
  for (const each of wanted) {
    const [target, own] = withNamedAccount(each.target, each.isMain ? flags : {});
    const source = await tokenSourceOf(target, own, access);
    if (each.isMain) {
      account = await accountVariable(source, access);
    }
    secrets.push(...(await secretsOf(each, source, own.idToken ?? false, minValiditySeconds, access)));
  }
  refuseSameVariable(secrets.map(([variable]) => variable));
  const masks = secrets.map(([, secret]) => maskLines(secret, context.env)).join('');
  if (masks !== '') {
    context.stderr.write(masks);
  }
  return { secrets, account };
}

async function secretsOf(
  wanted: WantedToken,
  source: TokenSource,
  isIdToken: boolean,
  minValiditySeconds: number,
  access: AccessSession,
): Promise<readonly SecretVariable[]> {
  const variable = tokenVariable(wanted.as, providerNameOf(source), isIdToken ? 'ID_TOKEN' : 'TOKEN');
  const { token, tokenSecret }: TokenToHold = await readerOf(source, isIdToken, access)(minValiditySeconds);
  return [
    [variable, token],
    ...(tokenSecret === undefined ? [] : [[`${variable}_SECRET`, tokenSecret] as const]),
  ];
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
 * The target of `exec` and its command. Where each `--as` names a target, none stands before the two dashes, and the word
 * that was taken for one is the program. Throws as `requireSeparator` does.
 */
export function commandOf(
  argv: readonly string[],
  target: string,
  words: readonly string[],
  { as }: Pick<ExecFlags, 'as'>,
): { readonly target: string | undefined; readonly command: readonly string[] } {
  const separator = argv.indexOf('--');
  const behind = argv.slice(separator + 1);
  const all = [target, ...words];
  const isWithoutTarget =
    separator !== -1 &&
    areAllNamed(as) &&
    all.length === behind.length &&
    all.every((word, index) => word === behind[index]);
  if (isWithoutTarget) {
    return { target: undefined, command: behind };
  }
  requireSeparator(argv, target, words);
  return { target, command: words };
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
