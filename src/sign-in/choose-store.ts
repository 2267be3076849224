import type { Context } from '../ground/context.ts';
import { StoreError } from '../ground/errors.ts';
import { isInteractive } from '../ground/presence.ts';
import { probeStore } from '../secrets/probe-store.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import { writeStoreChoice } from '../settings/configuration-change.ts';

/**
 * Decides where the sealing key lives, before the browser opens: what was asked for, else the keychain, else
 * what the person answers once. Nothing weaker is ever chosen for the user.
 *
 * Throws a `StoreError` that names the three choices when nobody can be asked.
 */
export async function chooseStore(asked: StoreKind | undefined, context: Context): Promise<StoreKind> {
  if (asked !== undefined) {
    await probeStore(asked, context);
    return asked;
  }
  try {
    await probeStore('keychain', context);
    return 'keychain';
  } catch (error) {
    if (!(error instanceof StoreError) || !isAbsence(error)) throw error;
    if (!isInteractive(context)) throw undecided(error);
    return askForStore(error, context);
  }
}

async function askForStore(reason: StoreError, context: Context): Promise<StoreKind> {
  context.stderr.write(`${reason.message.charAt(0).toUpperCase()}${reason.message.slice(1)}.\n`);
  const prompts = await context.openPrompts();
  const choice = await prompts.choose<'passphrase' | 'file' | 'stop'>(
    'Where shall the key to your sign-ins live?',
    [
      {
        value: 'passphrase',
        label: 'A passphrase',
        hint: 'asked for at each use, or taken from OAUTH_LOGIN_PASSPHRASE',
      },
      { value: 'file', label: 'A file beside them', hint: 'weaker: only file permissions protect it' },
      { value: 'stop', label: 'Stop', hint: 'and set up a keychain first' },
    ],
  );
  if (choice === 'stop') throw undecided(reason);
  await probeStore(choice, context);
  await writeStoreChoice(context, choice);
  context.stderr.write('Remembered; the key "store" of the configuration file or --store changes it.\n');
  return choice;
}

/** A keychain that is not there at all; one that is locked or denies is no reason to look elsewhere. */
export function isAbsence(error: StoreError): boolean {
  return error.code === 'store_unavailable' || error.code === 'store_timeout';
}

function undecided(reason: StoreError): StoreError {
  return new StoreError(
    'store_undecided',
    `${reason.message}, and no other place was chosen for the key to your sign-ins`,
    {
      hint: 'choose: --store keychain (and unlock or start one), --store passphrase (with OAUTH_LOGIN_PASSPHRASE), or --store file (only file permissions protect it); OAUTH_LOGIN_STORE works too',
    },
  );
}
