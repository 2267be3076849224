import { destinationsOf } from '../access/destinations.ts';
import { applyingAccount } from '../accounts/applying-account.ts';
import type { Destinations } from '../accounts/kept-destinations.ts';
import { openSession } from '../accounts/session.ts';
import type { Installation, InstallWish } from '../credential-helpers/installation.ts';
import { installations } from '../credential-helpers/installations.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { AbortedError, ConfigurationError, UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { isInteractive } from '../ground/presence.ts';
import { changedLines } from '../output/changed-lines.ts';
import { writeWords } from '../output/write-words.ts';
import { changeForeignFile, type ForeignCopy, readForeignFile } from '../setup/change-foreign-file.ts';
import { openAccess } from './open-access.ts';

/** What is to be done with the configuration of the other program. */
export type InstallAction = 'install' | 'uninstall' | 'print';

/** The flags that matter to an installation. */
export interface InstallFlags {
  readonly account?: string;
  readonly yes?: boolean;
  readonly debug?: boolean;
}

/**
 * `oauth-login credential KIND --install`, `--uninstall` and `--print`: shows the change to the file of the other
 * program, asks, keeps a copy, and changes it. A file that is not understood stays as it is, and what to add is printed.
 *
 * Throws a `ConfigurationError` for such a file, a `UsageError` where nobody can be asked, an `AbortedError` after a no, and
 * what `chooseAccount` throws.
 */
export async function installCredential(
  kind: string,
  action: InstallAction,
  target: string | undefined,
  flags: InstallFlags,
  context: Context,
): Promise<void> {
  const installation = installations[kind];
  if (installation === undefined) {
    throw new UsageError('usage_invalid', `--${action} exists only for git, docker and mcp`, {
      hint: `docs/other-programs.md says what to write where for ${kind}`,
    });
  }
  const wish = await wishOf(kind, target, flags, context);
  if (action === 'print') {
    context.stdout.write(installation.snippet(wish));
    return;
  }
  const file = fileOf(installation, context);
  const before = readForeignFile(file);
  const { text } = before;
  const change = action === 'install' ? installation.add : installation.remove;
  const after = text === undefined ? undefined : change(text, wish);
  if (text === undefined || after === undefined) {
    throw notUnderstood(installation, file, action, wish, context);
  }
  if (after === text) {
    writeWords(context, `Nothing to change in ${file}.\n`, 'done');
    return;
  }
  context.stderr.write(`This changes ${installation.what}, ${file}:\n${changedLines(text, after)}`);
  if (flags.yes !== true) {
    await confirm(kind, action, target, file, context);
  }
  const copy = await changeForeignFile(file, { before, after }, context);
  writeWords(context, `Changed ${file}.${copyText(copy)}\n`, 'done');
}

function copyText(copy: ForeignCopy | undefined): string {
  if (copy === undefined) {
    return '';
  }
  return copy.isOlder
    ? ` The older copy ${copy.path} stays as it is.`
    : ` What it was is kept in ${copy.path}.`;
}

/** The account decides for which hosts the program asks. */
async function wishOf(
  kind: string,
  target: string | undefined,
  flags: InstallFlags,
  context: Context,
): Promise<InstallWish> {
  const { account } = flags;
  const { head } = await applyingAccount(target, defined({ account }), openSession(context));
  const places = (await destinationsOf([head], openAccess(flags, context))).get(head);
  const words = [
    ...(target === undefined ? [] : [target]),
    ...(account === undefined ? [] : ['--account', account]),
  ];
  return { origins: places === undefined ? [] : originsFor(kind, places), words };
}

function originsFor(kind: string, { git, registry, origins }: Destinations): readonly string[] {
  const own = kind === 'git' ? git?.origins : kind === 'docker' ? registry?.origins : undefined;
  return own === undefined || own.length === 0 ? origins : own;
}

function fileOf({ file, what }: Installation, context: Context): string {
  const path = file(context);
  if (path !== undefined) {
    return path;
  }
  throw new ConfigurationError('config_no_home', `there is no home directory in which ${what} could be`, {
    hint: 'set HOME, or print what to add with --print',
  });
}

function notUnderstood(
  installation: Installation,
  file: string,
  action: InstallAction,
  wish: InstallWish,
  context: Context,
): ConfigurationError {
  const snippet = installation.snippet(wish);
  if (action === 'install') {
    context.stdout.write(snippet);
  }
  return new ConfigurationError(
    'config_invalid_file',
    `${file} was not changed, because its text is not understood, or says something else already`,
    {
      hint:
        action === 'install'
          ? 'add the lines above by hand'
          : 'remove by hand the lines that name oauth-login',
    },
  );
}

async function confirm(
  kind: string,
  action: InstallAction,
  target: string | undefined,
  file: string,
  context: Context,
): Promise<void> {
  const named = target === undefined ? '' : ` ${shellQuoted(target)}`;
  const flag = action === 'install' ? '--install' : '--uninstall';
  const again = `oauth-login credential ${kind}${named} ${flag}`;
  if (!isInteractive(context)) {
    throw new UsageError('usage_invalid', `${file} was not changed, because nobody could be asked`, {
      hint: `if the change is right: ${again} --yes`,
    });
  }
  const prompts = await context.openPrompts();
  if (!(await prompts.confirm('Change the file?', true))) {
    throw new AbortedError('stopped; nothing was changed', `to be asked again: ${again}`);
  }
}
