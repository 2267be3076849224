import type { Context } from '../ground/context.ts';
import { StoreError } from '../ground/errors.ts';
import { isInteractive } from '../ground/presence.ts';
import type { Secret } from '../ground/secret.ts';
import { askForNewPassphrase, isShort, SHORTEST } from '../secrets/passphrase-derivation.ts';
import { readSecretFile } from '../secrets/secret-file.ts';

const source = { what: 'the passphrase', flag: '--passphrase-file' };
const INSTEAD = 'give it with --passphrase-file FILE (- is standard input)';

/** A new passphrase for a file, from a file or from the person, who types it twice. Throws a `StoreError`. */
export async function newPassphrase(path: string | undefined, context: Context): Promise<Secret> {
  if (path === undefined) {
    const prompts = await openPrompts(context);
    return prompts.hidden((ask) => askForNewPassphrase(ask, 'Passphrase for the file', INSTEAD));
  }
  const passphrase = await readSecretFile(path, context, source);
  if (isShort(passphrase.reveal())) {
    throw new StoreError(
      'store_passphrase_wrong',
      `the passphrase has fewer than ${SHORTEST} characters, and nothing was written`,
      { hint: 'use several words: somebody who gets the file can try as many passphrases as they like' },
    );
  }
  return passphrase;
}

/** The passphrase that a file was written with. Throws a `StoreError` where nobody can be asked. */
export async function knownPassphrase(path: string | undefined, context: Context): Promise<Secret> {
  if (path !== undefined) {
    return readSecretFile(path, context, source);
  }
  const prompts = await openPrompts(context);
  return prompts.hidden((ask) => ask('Passphrase of the file'));
}

function openPrompts(context: Context) {
  if (!isInteractive(context)) {
    throw new StoreError('store_passphrase_missing', 'the passphrase of the file is needed', {
      hint: INSTEAD,
    });
  }
  return context.openPrompts();
}
