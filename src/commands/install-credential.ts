import { destinationsOf } from '../access/destinations.ts';
import { applyingAccount } from '../accounts/applying-account.ts';
import type { Destinations } from '../accounts/kept-destinations.ts';
import { openSession } from '../accounts/session.ts';
import { foundProgram } from '../credential-helpers/installations/found-program.ts';
import type {
  Installation,
  InstallOptions,
  InstallWish,
} from '../credential-helpers/installations/installation.ts';
import { installationOf } from '../credential-helpers/installations.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import {
  AbortedError,
  AuthenticationRequiredError,
  ConfigurationError,
  UsageError,
} from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { isInteractive } from '../ground/presence.ts';
import { changedProgramText, plannedChangeText } from '../output/changed-program-text.ts';
import { writeWords } from '../output/write-words.ts';
import { UnknownProviderError } from '../settings/unknown-provider.ts';
import { makeChange, plannedChange } from '../setup/change-of-program.ts';
import { openAccess } from './open-access.ts';

/** What is to be done with the configuration of the other program. */
export type InstallAction = 'install' | 'uninstall' | 'print';

/** The flags that matter to an installation. */
export interface InstallFlags extends InstallOptions {
  readonly yes?: boolean;
  readonly debug?: boolean;
}

/**
 * `oauth-login credential KIND --install`, `--uninstall` and `--print`: shows the change to the file of the other
 * program, asks, keeps a copy, and changes it. A file that is not understood stays as it is, and what to add is printed.
 *
 * Throws a `ConfigurationError` for such a file, a `UsageError` where nobody can be asked or the program has no file for
 * this, an `AbortedError` after a no, and what `chooseAccount` throws.
 */
export async function installCredential(
  kind: string,
  action: InstallAction,
  target: string | undefined,
  flags: InstallFlags,
  context: Context,
): Promise<void> {
  const installation = installationOf(kind, flags.for);
  const wish = await wishOf(kind, action, target, flags, context);
  if (action === 'print') {
    context.stdout.write(installation.snippet(wish));
    return;
  }
  const again = commandAgain(kind, target, flags);
  if ('why' in installation) {
    throw new UsageError('usage_invalid', `nothing is installed for ${kind}: ${installation.why}`, {
      hint: `to see what to add by hand: ${again} --print`,
    });
  }
  const file = fileOf(installation, wish);
  const change = plannedChange(installation, action, file, wish);
  if (change === undefined) {
    throw notUnderstood(installation, file, action, wish, context);
  }
  const isSame = change.after === change.before.text && change.link === undefined;
  if (isSame) {
    writeWords(context, `Nothing to change in ${file}.\n`, 'done');
    return;
  }
  context.stderr.write(plannedChangeText(installation.what, change));
  if (flags.yes !== true) {
    await confirm(`${again} --${action}`, file, context);
  }
  const copy = await makeChange(change, context);
  const next = action === 'install' ? installation.next?.(wish) : undefined;
  writeWords(context, changedProgramText(change, copy, next), 'done');
  if (action === 'install' && foundProgram('oauth-login', context) === undefined) {
    context.stderr.write(
      'note: other programs look for this command in PATH, and it is not there; to install it: npm install --global oauth-login\n',
    );
  }
}

/** The account decides for which hosts the program asks. Throws what `applyingAccount` throws. */
async function wishOf(
  kind: string,
  action: InstallAction,
  target: string | undefined,
  flags: InstallFlags,
  context: Context,
): Promise<InstallWish> {
  const { account } = flags;
  const words = [
    ...(target === undefined ? [] : [target]),
    ...(account === undefined ? [] : ['--account', account]),
  ];
  const wish = { words, options: flags, surroundings: context };
  const head = await applyingAccount(target, defined({ account }), openSession(context)).then(
    (found) => found.head,
    (error: unknown) => {
      // What was installed can be taken away after signing out, too, and when the settings are gone as well.
      const isGone =
        error instanceof AuthenticationRequiredError ||
        error instanceof UnknownProviderError ||
        (error instanceof UsageError && error.code === 'usage_ambiguous_account');
      if (action === 'uninstall' && isGone) {
        return undefined;
      }
      throw error;
    },
  );
  if (head === undefined) {
    return wish;
  }
  const places = (await destinationsOf([head], openAccess(flags, context))).get(head);
  return {
    ...wish,
    origins: places === undefined ? [] : originsFor(kind, places),
    provider: head.preset ?? head.provider,
    email: head.profile?.email,
  };
}

/** The command line as it was typed, without `--install`, `--uninstall` and `--print`. */
function commandAgain(kind: string, target: string | undefined, flags: InstallFlags): string {
  const values = [
    ['--account', flags.account],
    ['--for', flags.for],
    ['--profile', flags.profile],
    ['--role-arn', flags.roleArn],
    ['--region', flags.region],
    ['--session-name', flags.sessionName],
    ['--audience', flags.audience],
    ['--user', flags.user],
  ].flatMap(([name = '', value]) => (value === undefined ? [] : [name, value]));
  const access = flags.accessToken === true ? ['--access-token'] : [];
  const words = [...(target === undefined ? [] : [target]), ...values, ...access];
  return ['oauth-login', 'credential', kind, ...words.map(shellQuoted)].join(' ');
}

function originsFor(kind: string, { git, registry, origins }: Destinations): readonly string[] {
  const own = kind === 'git' ? git?.origins : kind === 'docker' ? registry?.origins : undefined;
  return own === undefined || own.length === 0 ? origins : own;
}

function fileOf({ file, what }: Installation, wish: InstallWish): string {
  const path = file(wish);
  if (path !== undefined) {
    return path;
  }
  throw new ConfigurationError('config_no_home', `there is no place in which ${what} could be`, {
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
  if (action === 'install') {
    context.stdout.write(installation.snippet(wish));
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

async function confirm(again: string, file: string, context: Context): Promise<void> {
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
