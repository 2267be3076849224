import type { Context } from '../ground/context.ts';
import { variableText } from '../ground/environment.ts';
import { StoreError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { isInteractive } from '../ground/presence.ts';
import { Secret } from '../ground/secret.ts';
import {
  corruptKeyDescriptor,
  type KeyDescriptor,
  keyDescriptorFile,
  newKeyId,
  writeKeyDescriptor,
} from './key-descriptor.ts';
import {
  askForNewPassphrase,
  type DerivationParameters,
  derivedKey,
  isShort,
  newDerivation,
  readDerivation,
  SHORTEST,
} from './passphrase-derivation.ts';
import { SealingKey } from './sealing-key.ts';

const ATTEMPTS = 3;

function passphraseFromEnvironment(context: Context): Secret | undefined {
  const text = variableText(context.env, 'OAUTH_LOGIN_PASSPHRASE');
  return text === undefined ? undefined : new Secret(text);
}

function missingPassphrase(): StoreError {
  return new StoreError('store_passphrase_missing', 'the passphrase of the stored accounts is needed', {
    hint: 'set OAUTH_LOGIN_PASSPHRASE, or run the command in a terminal',
  });
}

/** The hint also says what to do after the passphrase was forgotten. */
function wrongPassphrase(
  source: 'in OAUTH_LOGIN_PASSPHRASE' | 'that was typed',
  context: Context,
): StoreError {
  const file = keyDescriptorFile('passphrase', context);
  const again =
    source === 'that was typed'
      ? 'run the command again'
      : 'set OAUTH_LOGIN_PASSPHRASE to the passphrase that the accounts were stored with, or unset it to be asked in a terminal';
  return new StoreError('store_passphrase_wrong', `the passphrase ${source} is not the right one`, {
    hint: `${again}; if you have forgotten it, the stored tokens and client secrets are lost, and you start afresh and sign in again: mv ${shellQuoted(file)} ${shellQuoted(`${file}.old`)}`,
  });
}

function readParameters({ fields }: KeyDescriptor, context: Context): DerivationParameters {
  const parameters = readDerivation(fields);
  if (parameters === undefined) {
    throw corruptKeyDescriptor('passphrase', context);
  }
  return parameters;
}

async function keyFromPassphrase(
  passphrase: Secret,
  id: string,
  parameters: DerivationParameters,
): Promise<SealingKey | undefined> {
  const key = await derivedKey(passphrase, parameters);
  return key === undefined ? undefined : new SealingKey('passphrase', id, key);
}

/** Derives the key from the passphrase in the environment, or one asked for. Throws `StoreError`. */
export async function readPassphraseKey(descriptor: KeyDescriptor, context: Context): Promise<SealingKey> {
  const parameters = readParameters(descriptor, context);
  const given = passphraseFromEnvironment(context);
  if (given !== undefined) {
    const key = await keyFromPassphrase(given, descriptor.id, parameters);
    if (key === undefined) {
      throw wrongPassphrase('in OAUTH_LOGIN_PASSPHRASE', context);
    }
    return key;
  }
  if (!isInteractive(context)) {
    throw missingPassphrase();
  }
  const prompts = await context.openPrompts();
  return prompts.hidden(async (ask) => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const question =
        attempt === 1 ? 'Passphrase of the stored accounts' : 'That was not the right one. Passphrase';
      const key = await keyFromPassphrase(await ask(question), descriptor.id, parameters);
      if (key !== undefined) {
        return key;
      }
    }
    throw wrongPassphrase('that was typed', context);
  });
}

/** Makes a key from a new passphrase; `undefined` when another process was first. Throws `StoreError`. */
export async function createPassphraseKey(context: Context): Promise<SealingKey | undefined> {
  const given = passphraseFromEnvironment(context);
  if (given !== undefined && isShort(given.reveal())) {
    context.stderr.write(
      `oauth-login: warning: OAUTH_LOGIN_PASSPHRASE has fewer than ${SHORTEST} characters; anyone who gets the files of your sign-ins could guess it\n`,
    );
  }
  if (given !== undefined) {
    return keyFromNewPassphrase(given, context);
  }
  if (!isInteractive(context)) {
    throw missingPassphrase();
  }
  const prompts = await context.openPrompts();
  return prompts.hidden(async (ask) => {
    const question = 'New passphrase for the stored accounts';
    const typed = await askForNewPassphrase(ask, question, 'set OAUTH_LOGIN_PASSPHRASE');
    return keyFromNewPassphrase(typed, context);
  });
}

async function keyFromNewPassphrase(passphrase: Secret, context: Context): Promise<SealingKey | undefined> {
  const { key, fields } = await newDerivation(passphrase);
  const id = newKeyId();
  return writeKeyDescriptor('passphrase', context, { id, fields })
    ? new SealingKey('passphrase', id, key)
    : undefined;
}
