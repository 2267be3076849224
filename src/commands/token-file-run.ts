import type { AccessSession } from '../access/access-session.ts';
import { type KeptTokenFile, keepTokenFile, type TokenFileNotes } from '../access/kept-token-file.ts';
import type { ReleasingCommand } from '../access/release.ts';
import type { TokenSource } from '../access/token-source.ts';
import { readerOf } from '../access/token-to-hold.ts';
import type { Context, Environment } from '../ground/context.ts';
import { UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import type { ChildProcess } from '../ground/ports.ts';
import { whileChildRuns } from '../ground/while-child-runs.ts';
import { problemText } from '../output/text.ts';
import { openTokenFile, type TokenFile } from '../secrets/token-file.ts';
import { withNamedAccount } from '../settings/named-account.ts';
import { fileVariable } from '../settings/token-variable.ts';
import type { WantedToken } from '../settings/wanted-tokens.ts';
import { accountVariable } from './account-variable.ts';
import { readMinValidity } from './min-validity.ts';
import { openAccess } from './open-access.ts';
import { type TokenSourceFlags, tokenSourceOf } from './token-flags.ts';

/** The flags that say which token a file holds. */
export interface TokenFileFlags extends TokenSourceFlags {
  readonly idToken?: boolean;
  readonly minValidity?: string;
  readonly debug?: boolean;
}

interface RunFlags extends TokenFileFlags {
  readonly tokenFile?: string;
  readonly fileAs?: string;
}

/**
 * Runs a command with the token of the target in a file, which is kept fresh while the command runs and removed after it.
 * The token is in a variable too, if `--as` names one.
 */
export async function runWithTokenFile(
  target: string | undefined,
  wanted: readonly WantedToken[],
  flags: RunFlags,
  start: (inVariables: readonly WantedToken[], more: Environment) => Promise<ChildProcess>,
  context: Context,
): Promise<number> {
  const { tokenFile, fileAs } = flags;
  if (tokenFile === undefined) {
    throw new UsageError('usage_conflict', '--file-as names a variable for a file, and there is no file', {
      hint: 'name the file with --token-file FILE',
    });
  }
  if (target === undefined) {
    throw new UsageError('usage_invalid', 'whose token should the file hold?', {
      hint: `name the target, for example: oauth-login exec github --token-file ${shellQuoted(tokenFile)} -- my-program`,
    });
  }
  const variable = fileAs === undefined ? undefined : fileVariable(fileAs);
  const file = openTokenFile(tokenFile, '--token-file FILE', context.paths);
  const opened = await openSource(target, flags, whileChildRuns(context), 'exec');
  const account = await accountVariable(opened.source, opened.access);
  const kept = await keepFileFrom(opened, file, flags);
  try {
    const inVariables = wanted.filter(({ isMain, as }) => !isMain || as !== undefined);
    const child = await start(inVariables, {
      ...account,
      ...(variable === undefined ? {} : { [variable]: file.path }),
    });
    return await child.exitCode;
  } finally {
    await kept.end();
  }
}

/** Begins to keep the token of a target in a file; what fails later is told on standard error. */
export async function keepFileOf(
  typed: string,
  file: TokenFile,
  given: TokenFileFlags,
  context: Context,
  command: ReleasingCommand,
): Promise<KeptTokenFile> {
  return keepFileFrom(await openSource(typed, given, context, command), file, given);
}

/** Where the token of a file comes from. */
interface OpenedSource {
  readonly source: TokenSource;
  readonly access: AccessSession;
}

async function openSource(
  typed: string,
  given: TokenFileFlags,
  context: Context,
  command: ReleasingCommand,
): Promise<OpenedSource> {
  const [target, flags] = withNamedAccount(typed, given);
  const access = openAccess(flags, context, command);
  return { source: await tokenSourceOf(target, flags, access), access };
}

async function keepFileFrom(
  { source, access }: OpenedSource,
  file: TokenFile,
  flags: TokenFileFlags,
): Promise<KeptTokenFile> {
  const { context } = access;
  const read = readerOf(source, flags.idToken ?? false, access);
  const notes: TokenFileNotes = {
    failed: (error) =>
      context.stderr.write(
        problemText('warning', { message: `${file.path} is not fresh: ${error.message}`, hint: error.hint }),
      ),
    recovered: () => context.stderr.write(`oauth-login: ${file.path} is fresh again\n`),
  };
  return keepTokenFile(file, read, readMinValidity(flags.minValidity), notes, context.clock);
}
