import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { StoreKind } from './store-kind.ts';

const ALGORITHM = 'aes-256-gcm';
/** NIST SP 800-38D §5.2.1.1 recommends 96 bits. */
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

/** Length of a sealing key in bytes. */
export const KEY_LENGTH = 32;

/** A key that seals and opens, and shows itself to nobody (AES-256-GCM, NIST SP 800-38D). */
export class SealingKey {
  readonly kind: StoreKind;
  /** Random; tells keys apart and says nothing about them. */
  readonly id: string;
  readonly #key: KeyObject;

  constructor(kind: StoreKind, id: string, key: Buffer) {
    if (key.length !== KEY_LENGTH) {
      throw new RangeError('a sealing key has 32 bytes');
    }
    this.kind = kind;
    this.id = id;
    this.#key = createSecretKey(key);
  }

  /** Gives nonce, ciphertext and tag in one, bound to `bound`; the nonce is drawn anew for each call. */
  seal(plaintext: Buffer, bound: Buffer): Buffer {
    const nonce = randomBytes(NONCE_LENGTH);
    const cipher = createCipheriv(ALGORITHM, this.#key, nonce, { authTagLength: TAG_LENGTH });
    cipher.setAAD(bound);
    return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  }

  /** Gives the plaintext; `undefined` when anything was changed, or another key was used. */
  open(sealed: Buffer, bound: Buffer): Buffer | undefined {
    if (sealed.length < NONCE_LENGTH + TAG_LENGTH) {
      return undefined;
    }
    const nonce = sealed.subarray(0, NONCE_LENGTH);
    const decipher = createDecipheriv(ALGORITHM, this.#key, nonce, { authTagLength: TAG_LENGTH });
    decipher.setAAD(bound);
    decipher.setAuthTag(sealed.subarray(-TAG_LENGTH));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_LENGTH, -TAG_LENGTH)), decipher.final()]);
    } catch {
      return undefined;
    }
  }
}
