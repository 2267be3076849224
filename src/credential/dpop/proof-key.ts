import { type JsonWebKey, webcrypto } from 'node:crypto';
import type { DPoPHandle } from 'oauth4webapi';
import type { Clock } from '../../ground/context.ts';
import { parsePlainJson, plainObject } from '../../ground/plain-json.ts';
import { Secret } from '../../ground/secret.ts';
import { openNonces } from './nonces.ts';

/** The signature algorithms of proofs by their names in JOSE, the preferred one first; `Ed25519` is the newer name of `EdDSA`. */
export const proofAlgorithms = ['ES256', 'Ed25519', 'EdDSA', 'RS256'] as const;

/** A signature algorithm of proofs. */
export type ProofAlgorithm = (typeof proofAlgorithms)[number];

/**
 * The key that tokens are bound to. Each request with such a token proves that its sender has the key. It knows the
 * nonces that servers gave to this process.
 *
 * @see [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449.html)
 */
export interface ProofKey {
  /** The private key, as a JWK with its algorithm. It is sealed with the account, and never sent. */
  readonly secret: Secret;
  /** The thumbprint of the public key (RFC 7638), as `jkt` and `dpop_jkt` hold it. */
  thumbprint(): Promise<string>;
  /** What oauth4webapi signs proofs with; each has the nonce that the server of its address gave last. */
  handle(): Promise<DPoPHandle>;
  /** The nonce for a request to that address. */
  nonceFor(url: URL): string | undefined;
  /** Keeps the nonce of a reply from that address, for all addresses of its origin (RFC 9449 §8.2). */
  learnNonce(url: URL, response: Response): void;
}

/** How requests to a token endpoint prove that they come from the holder of the key (RFC 9449 §5). */
export interface TokenBinding {
  readonly key: ProofKey;
  /** A token that is not bound is refused. */
  readonly isRequired: boolean;
}

type KeyParameters = webcrypto.RsaHashedKeyGenParams | webcrypto.EcKeyGenParams | { readonly name: string };

const RSA_BITS = 2048;
const ed25519 = { name: 'Ed25519' };
const parameters: Readonly<Record<ProofAlgorithm, KeyParameters>> = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  Ed25519: ed25519,
  EdDSA: ed25519,
  RS256: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: RSA_BITS,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
};

/** Makes a new key for proofs of that algorithm. */
export async function newProofKey(algorithm: ProofAlgorithm, clock: Clock): Promise<ProofKey> {
  const pair = await webcrypto.subtle.generateKey(parameters[algorithm], true, ['sign', 'verify']);
  if (!('privateKey' in pair)) {
    throw new TypeError('the key is no pair');
  }
  const jwk = await webcrypto.subtle.exportKey('jwk', pair.privateKey);
  const { key_ops: _operations, ext: _extractable, ...members } = jwk;
  return openProofKey(new Secret(JSON.stringify({ ...members, alg: algorithm })), clock);
}

/** What this process keeps of a key: it is imported once, and its nonces outlive each use. */
interface OpenedKey {
  readonly algorithm: ProofAlgorithm;
  readonly pair: Promise<webcrypto.CryptoKeyPair>;
  readonly nonces: ReturnType<typeof openNonces>;
}

/** So many accounts at once have their keys at hand; a library may run for long. */
const MOST_OPENED = 100;
const opened = new Map<string, OpenedKey>();

/** Opens a key that `newProofKey` has made. Throws a `TypeError` for any other text. */
export function openProofKey(secret: Secret, clock: Clock): ProofKey {
  const { algorithm, pair, nonces } = openedKey(secret.reveal());
  const handle = async () => {
    const [library, { privateKey, publicKey }] = await Promise.all([import('oauth4webapi'), pair]);
    const options = {
      [library.modifyAssertion](header: Record<string, unknown>, payload: Record<string, unknown>) {
        header.alg = algorithm;
        payload.iat = Math.floor(clock.now().getTime() / 1000);
        payload.nonce = nonces.of(new URL(String(payload.htu)));
      },
    };
    return library.DPoP({}, { privateKey, publicKey }, options);
  };
  return {
    secret,
    handle,
    thumbprint: async () => (await handle()).calculateThumbprint(),
    nonceFor: nonces.of,
    learnNonce: nonces.learn,
  };
}

function openedKey(text: string): OpenedKey {
  const before = opened.get(text);
  if (before !== undefined) {
    return before;
  }
  const members = plainObject(parsePlainJson(text));
  const algorithm = proofAlgorithms.find((known) => known === members?.alg);
  if (members === undefined || algorithm === undefined) {
    throw new TypeError('this is no key for proofs');
  }
  const key = { algorithm, pair: importedPair(members, algorithm), nonces: openNonces() };
  // It is waited for where it is used.
  key.pair.catch(() => {});
  if (opened.size >= MOST_OPENED) {
    opened.clear();
  }
  opened.set(text, key);
  return key;
}

async function importedPair(jwk: object, algorithm: ProofAlgorithm): Promise<webcrypto.CryptoKeyPair> {
  const { alg: _name, ...members }: JsonWebKey = { ...jwk };
  const { kty, crv, x, y, n, e } = members;
  const given = Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined);
  const [privateKey, publicKey] = await Promise.all([
    webcrypto.subtle.importKey('jwk', members, parameters[algorithm], false, ['sign']),
    webcrypto.subtle.importKey('jwk', Object.fromEntries(given), parameters[algorithm], true, ['verify']),
  ]);
  return { privateKey, publicKey };
}
