import {
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  sign,
  verify,
  webcrypto,
} from 'node:crypto';
import { ConfigurationError } from '../ground/errors.ts';

/** A private key that signs assertions, with what stands in their header. */
export interface SigningKey {
  readonly key: webcrypto.CryptoKey;
  /** Of RFC 7518 §3.1 or RFC 8037 §3.1. */
  readonly algorithm: string;
  readonly keyId?: string;
}

interface Algorithm {
  readonly name: string;
  readonly parameters:
    | webcrypto.RsaHashedImportParams
    | webcrypto.EcKeyImportParams
    | { readonly name: string };
}

/** Fewer bits are refused: RFC 7518 §3.3. */
const LEAST_RSA_BITS = 2048;

const DAMAGED = 'is damaged';

const curves: ReadonlyMap<string | undefined, readonly [curve: string, algorithm: string]> = new Map([
  ['prime256v1', ['P-256', 'ES256']],
  ['secp384r1', ['P-384', 'ES384']],
  ['secp521r1', ['P-521', 'ES512']],
]);

/**
 * Reads a private key: a JWK (RFC 7517), or PEM of the kinds PKCS#8, PKCS#1 and SEC 1. The algorithm follows from
 * the key; a JWK may name another one that fits it.
 *
 * `name` is what the user called the file. Throws a `ConfigurationError` that says what is wrong with the key and
 * holds nothing of it.
 */
export async function readSigningKey(text: string, name: string, keyId?: string): Promise<SigningKey> {
  const jwk = text.trimStart().startsWith('{') ? readJwk(text, name) : undefined;
  const key = jwk === undefined ? readPem(text, name) : importKey({ key: jwk, format: 'jwk' }, name);
  const wanted = jwk?.alg;
  const algorithm = algorithmOf(key, typeof wanted === 'string' ? wanted : undefined, name);
  const named = keyId ?? jwk?.kid;
  return {
    key: await signatureKey(key, algorithm, name),
    algorithm: algorithm.name,
    ...(typeof named === 'string' && named !== '' ? { keyId: named } : {}),
  };
}

/** OpenSSL loads keys whose parts do not fit together: only what verifies was signed with a sound one. */
async function signatureKey(
  key: KeyObject,
  algorithm: Algorithm,
  name: string,
): Promise<webcrypto.CryptoKey> {
  try {
    const hash = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
    const sample = Buffer.from(name);
    if (!verify(hash, sample, createPublicKey(key), sign(hash, sample, key))) {
      throw invalidKey(name, DAMAGED);
    }
    const bytes = key.export({ type: 'pkcs8', format: 'der' });
    return await webcrypto.subtle.importKey('pkcs8', bytes, algorithm.parameters, false, ['sign']);
  } catch {
    throw invalidKey(name, DAMAGED);
  }
}

function readJwk(text: string, name: string): JsonWebKey {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw invalidKey(name, 'begins like JSON, but is not valid JSON');
  }
  const jwk: JsonWebKey = { ...(document as object) };
  if (Object.hasOwn(jwk, 'keys')) {
    throw invalidKey(name, 'contains a set of keys, not one');
  }
  if (typeof jwk.kty !== 'string') {
    throw invalidKey(name, 'is JSON, but not a JWK');
  }
  if (jwk.kty === 'oct') {
    throw invalidKey(name, 'contains a secret, not a private key');
  }
  if (typeof jwk.d !== 'string' || jwk.d === '') {
    throw invalidKey(name, 'contains only a public key');
  }
  return jwk;
}

function readPem(text: string, name: string): KeyObject {
  const kind = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1];
  if (kind === undefined) {
    throw invalidKey(name, 'contains neither a JWK nor PEM');
  }
  if (kind.startsWith('ENCRYPTED') || text.includes('Proc-Type: 4,ENCRYPTED')) {
    throw new ConfigurationError('config_invalid_key', `the key in ${name} is encrypted with a password`, {
      hint: 'decrypt it (openssl pkey -in KEY), and give it on standard input with --key-file -',
    });
  }
  if (/PUBLIC KEY|CERTIFICATE/.test(kind) && !text.includes('PRIVATE KEY-----')) {
    throw invalidKey(name, 'contains only a public key');
  }
  return importKey(text, name);
}

function importKey(source: Parameters<typeof createPrivateKey>[0], name: string): KeyObject {
  try {
    return createPrivateKey(source);
  } catch {
    // What OpenSSL says can quote the file.
    throw invalidKey(name, DAMAGED);
  }
}

function algorithmOf(key: KeyObject, wanted: string | undefined, name: string): Algorithm {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'rsa': {
      if ((modulusLength ?? 0) < LEAST_RSA_BITS) {
        throw invalidKey(name, `has only ${modulusLength} bits`);
      }
      const [, scheme, bits] = /^(RS|PS)(256|384|512)$/.exec(wanted ?? 'RS256') ?? [];
      if (scheme === undefined) {
        throw otherAlgorithm(name);
      }
      return {
        name: `${scheme}${bits}`,
        parameters: { name: scheme === 'PS' ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5', hash: `SHA-${bits}` },
      };
    }
    case 'ec': {
      const [curve, algorithm] = curves.get(namedCurve) ?? [];
      if (curve === undefined || algorithm === undefined) {
        throw invalidKey(name, 'is on a curve that no JWT uses');
      }
      if (wanted !== undefined && wanted !== algorithm) {
        throw otherAlgorithm(name);
      }
      return { name: algorithm, parameters: { name: 'ECDSA', namedCurve: curve } };
    }
    case 'ed25519':
      if (wanted !== undefined && wanted !== 'EdDSA' && wanted !== 'Ed25519') {
        throw otherAlgorithm(name);
      }
      // RFC 9864 renamed it; servers of today know the name of RFC 8037.
      return { name: wanted ?? 'EdDSA', parameters: { name: 'Ed25519' } };
    default:
      throw invalidKey(name, `is of a kind that no JWT uses (${key.asymmetricKeyType})`);
  }
}

function otherAlgorithm(name: string): ConfigurationError {
  return invalidKey(name, 'names an algorithm ("alg") that is not one of its kind');
}

function invalidKey(name: string, what: string): ConfigurationError {
  return new ConfigurationError('config_invalid_key', `the key in ${name} ${what}`, {
    hint: 'give a private key as JWK or PEM: RSA of 2048 bits or more, P-256, P-384, P-521 or Ed25519',
  });
}
