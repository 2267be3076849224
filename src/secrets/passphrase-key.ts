import { createHash, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import type { Context } from '../ground/context.ts';
import { variableText } from '../ground/environment.ts';
import { StoreError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { bytesFromBase64url } from '../ground/plain-json.ts';
import type { AskForSecret } from '../ground/ports.ts';
import { isInteractive } from '../ground/presence.ts';
import { Secret } from '../ground/secret.ts';
import {
  corruptKeyDescriptor,
  type KeyDescriptor,
  keyDescriptorFile,
  newKeyId,
  writeKeyDescriptor,
} from './key-descriptor.ts';
import { KEY_LENGTH, SealingKey } from './sealing-key.ts';

/** OWASP Password Storage Cheat Sheet (2024): scrypt with N=2^17, r=8, p=1; takes 128 MiB. */
const usualCost = { N: 2 ** 17, r: 8, p: 1 };
const maximum = { N: 2 ** 20, r: 8, p: 4 };
const SALT_LENGTH = 16;
const ATTEMPTS = 3;

/** NIST SP 800-63B §5.1.1.2, and what gpg asks for: at least this many characters. */
const SHORTEST = 8;

interface Parameters {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly verifier: Buffer;
}

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

/** Derives the key and the verifier from the passphrase (RFC 7914). Neither can be computed from the other. */
async function derive(passphrase: Secret, salt: Buffer, cost: typeof usualCost): Promise<[Buffer, Buffer]> {
  const options: ScryptOptions = { ...cost, maxmem: 256 * cost.N * cost.r };
  // Terminals send accented letters composed or decomposed, so the passphrase is brought to one form.
  const text = passphrase.reveal().normalize('NFC');
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    scrypt(text, salt, 2 * KEY_LENGTH, options, (error, derived) => {
      if (error === null) {
        resolve(derived);
      } else {
        reject(error);
      }
    });
  });
  const verifier = createHash('sha256').update(bytes.subarray(KEY_LENGTH)).digest();
  return [bytes.subarray(0, KEY_LENGTH), verifier];
}

function readParameters({ fields }: KeyDescriptor, context: Context): Parameters {
  const salt = bytesFromBase64url(fields.salt);
  const verifier = bytesFromBase64url(fields.verifier);
  const { N, r, p } = fields;
  const inBounds =
    typeof N === 'number' &&
    Number.isInteger(Math.log2(N)) &&
    N >= usualCost.N &&
    N <= maximum.N &&
    r === usualCost.r &&
    typeof p === 'number' &&
    Number.isInteger(p) &&
    p >= usualCost.p &&
    p <= maximum.p;
  if (!inBounds || salt?.length !== SALT_LENGTH || verifier?.length !== 32) {
    throw corruptKeyDescriptor('passphrase', context);
  }
  return { N, r: usualCost.r, p, salt, verifier };
}

async function keyFromPassphrase(
  passphrase: Secret,
  id: string,
  { salt, verifier, ...cost }: Parameters,
): Promise<SealingKey | undefined> {
  const [key, derivedVerifier] = await derive(passphrase, salt, cost);
  return timingSafeEqual(verifier, derivedVerifier) ? new SealingKey('passphrase', id, key) : undefined;
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
  return prompts.hidden(async (ask) => keyFromNewPassphrase(await askForNewPassphrase(ask), context));
}

async function keyFromNewPassphrase(passphrase: Secret, context: Context): Promise<SealingKey | undefined> {
  const salt = randomBytes(SALT_LENGTH);
  const [key, verifier] = await derive(passphrase, salt, usualCost);
  const id = newKeyId();
  const fields = { ...usualCost, salt: salt.toString('base64url'), verifier: verifier.toString('base64url') };
  return writeKeyDescriptor('passphrase', context, { id, fields })
    ? new SealingKey('passphrase', id, key)
    : undefined;
}

function isShort(passphrase: string): boolean {
  return [...passphrase.normalize('NFC')].length < SHORTEST;
}

async function askForNewPassphrase(ask: AskForSecret): Promise<Secret> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const question = 'New passphrase for the stored accounts';
    const first = await ask(attempt === 1 ? question : `The two were not the same. ${question}`, {
      validate: (text) =>
        isShort(text) ? `at least ${SHORTEST} characters, several words are best` : undefined,
    });
    const second = await ask('The same passphrase again');
    if (first.reveal() === second.reveal()) {
      return first;
    }
  }
  throw new StoreError('store_passphrase_missing', 'the two passphrases were not the same', {
    hint: 'run the command again, or set OAUTH_LOGIN_PASSPHRASE',
  });
}
