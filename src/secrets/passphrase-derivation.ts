import { createHash, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { StoreError } from '../ground/errors.ts';
import { bytesFromBase64url } from '../ground/plain-json.ts';
import type { AskForSecret } from '../ground/ports.ts';
import type { Secret } from '../ground/secret.ts';
import { KEY_LENGTH } from './sealing-key.ts';

/** OWASP Password Storage Cheat Sheet (2024): scrypt with N=2^17, r=8, p=1; takes 128 MiB. */
const usualCost = { N: 2 ** 17, r: 8, p: 1 };
const maximum = { N: 2 ** 20, r: 8, p: 4 };
const SALT_LENGTH = 16;
/** How often a person is asked for two passphrases that are the same. */
const ATTEMPTS = 3;

/** NIST SP 800-63B §5.1.1.2, and what gpg asks for: at least this many characters. */
export const SHORTEST = 8;

/** What a key is derived with; the verifier tells whether the passphrase is the right one. */
export interface DerivationParameters {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly verifier: Buffer;
}

/** Derives the key and the verifier from the passphrase (RFC 7914). Neither can be computed from the other. */
async function derive(passphrase: Secret, salt: Buffer, cost: typeof usualCost): Promise<[Buffer, Buffer]> {
  const options: ScryptOptions = { ...cost, maxmem: 256 * cost.N * cost.r };
  // Terminals send accented letters composed or decomposed, so the passphrase is brought to one form.
  const text = passphrase.reveal().normalize('NFC');
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    scrypt(text, salt, 2 * KEY_LENGTH, options, (error, derived) => {
      // Node gives `null` where nothing failed, and Bun `undefined`.
      if (error) {
        reject(error);
      } else {
        resolve(derived);
      }
    });
  });
  const verifier = createHash('sha256').update(bytes.subarray(KEY_LENGTH)).digest();
  return [bytes.subarray(0, KEY_LENGTH), verifier];
}

/** Reads what `newDerivation` gave as fields; `undefined` for anything else, and for a cost that is out of bounds. */
export function readDerivation(fields: Readonly<Record<string, unknown>>): DerivationParameters | undefined {
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
    return undefined;
  }
  return { N, r: usualCost.r, p, salt, verifier };
}

/** The bytes of the key; `undefined` for a wrong passphrase. */
export async function derivedKey(
  passphrase: Secret,
  { salt, verifier, ...cost }: DerivationParameters,
): Promise<Buffer | undefined> {
  const [key, derivedVerifier] = await derive(passphrase, salt, cost);
  return timingSafeEqual(verifier, derivedVerifier) ? key : undefined;
}

/** Derives a key from a new passphrase; the fields are what a file has to say so that it can be derived again. */
export async function newDerivation(passphrase: Secret) {
  const salt = randomBytes(SALT_LENGTH);
  const [key, verifier] = await derive(passphrase, salt, usualCost);
  const fields = { ...usualCost, salt: salt.toString('base64url'), verifier: verifier.toString('base64url') };
  return { key, fields };
}

/** Whether the passphrase is too short to protect anything. */
export function isShort(passphrase: string): boolean {
  return [...passphrase.normalize('NFC')].length < SHORTEST;
}

/**
 * Asks for a new passphrase, twice. Throws a `StoreError`, `store_passphrase_missing`, when the two are never the same;
 * `instead` says what else can be done.
 */
export async function askForNewPassphrase(
  ask: AskForSecret,
  question: string,
  instead: string,
): Promise<Secret> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
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
    hint: `run the command again, or ${instead}`,
  });
}
