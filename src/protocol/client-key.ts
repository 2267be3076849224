import { createHash, createPrivateKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { ConfigurationError } from '../ground/errors.ts';
import { Secret } from '../ground/secret.ts';
import { readSigningKey } from './signing-key.ts';

/** The algorithms of RFC 7518 §3.1 that a key of each kind signs with; the first is taken where the server lists none. */
const algorithmsOf: Readonly<Record<string, readonly string[]>> = {
  RSA: ['RS256', 'PS256', 'RS384', 'PS384', 'RS512', 'PS512'],
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  'P-521': ['ES512'],
  Ed25519: ['EdDSA', 'Ed25519'],
};

/** The kinds of keys that are made here, by the algorithm that they sign with; the first one fits most servers. */
const makers: Readonly<Record<string, () => JsonWebKey>> = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  PS256: () => generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey.export({ format: 'jwk' }),
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey.export({ format: 'jwk' }),
  EdDSA: () => generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }),
};

/** The public half of a set of keys, as it is registered at the server (RFC 7517 §5). */
export interface PublicKeys {
  readonly keys: readonly JsonWebKey[];
}

/**
 * Reads the private key of a client, and gives it as a JWK that names its algorithm: one of those that the server
 * lists, where it lists any. `name` is what the user called the file.
 *
 * Throws a `ConfigurationError` that says what is wrong with the key and holds nothing of it.
 *
 * @see [OpenID Connect Core §9](https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication)
 */
export async function clientKeyOf(
  text: string,
  name: string,
  offered: readonly string[] | undefined,
): Promise<Secret> {
  const { keyId } = await readSigningKey(text, name);
  const isJwk = text.trimStart().startsWith('{');
  const given: JsonWebKey = isJwk ? JSON.parse(text) : {};
  const key = isJwk ? createPrivateKey({ key: given, format: 'jwk' }) : createPrivateKey(text);
  const jwk = key.export({ format: 'jwk' });
  const isFixed = typeof given.alg === 'string' && (offered === undefined || jwk.kty !== 'RSA');
  const kind = jwk.kty === 'RSA' ? 'RSA' : (jwk.crv ?? '');
  const possible = isFixed ? [String(given.alg)] : (algorithmsOf[kind] ?? []);
  const alg = offered === undefined ? possible[0] : possible.find((one) => offered.includes(one));
  if (alg === undefined) {
    throw new ConfigurationError(
      'config_invalid_key',
      `the key in ${name} does not sign with an algorithm that the server takes`,
      {
        hint: `the server takes ${offered?.join(', ')}; give another key, or let setup make one: --generate-key`,
      },
    );
  }
  return new Secret(JSON.stringify({ ...jwk, alg, ...(keyId === undefined ? {} : { kid: keyId }) }));
}

/**
 * Makes the private keys of a client, as a JWK Set: one that signs, and one that the server encrypts for. Throws a
 * `ConfigurationError` where the server takes none of the algorithms that this tool makes keys for.
 */
export function newClientKey(offered: readonly string[] | undefined): Secret {
  const alg = Object.keys(makers).find((name) => offered === undefined || offered.includes(name));
  const signing = alg === undefined ? undefined : makers[alg]?.();
  if (signing === undefined) {
    throw new ConfigurationError(
      'config_unsupported_server',
      `the server takes signatures of clients only by ${offered?.join(', ')}`,
      { hint: 'make a key for one of them, and give it with --key-file FILE' },
    );
  }
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  const keys = [
    { ...signing, alg, kid: thumbprint(signing), use: 'sig' },
    { ...other, kid: thumbprint(other), use: 'enc' },
  ];
  return new Secret(JSON.stringify({ keys }));
}

/** The text of the key that a client signs with: a key that is alone is that one. */
export function signingKeyOf(key: Secret): string {
  return partOf(key, 'sig');
}

/** The text of the key that a server encrypts for: a key that is alone is that one too. */
export function decryptionKeyOf(key: Secret): string {
  return partOf(key, 'enc');
}

function partOf(key: Secret, use: 'sig' | 'enc'): string {
  const text = key.reveal();
  const part = keysOf(text).find((one) => one.use === use);
  return part === undefined ? text : JSON.stringify(part);
}

function keysOf(text: string): readonly JsonWebKey[] {
  const document: JsonWebKey & { keys?: readonly JsonWebKey[] } = JSON.parse(text);
  return document.keys ?? [document];
}

/** The public half of such keys. */
export function publicKeysOf(key: Secret): PublicKeys {
  const keys = keysOf(key.reveal()).map(({ kty, crv, x, y, n, e, kid, alg, use = 'sig' }) =>
    JSON.parse(JSON.stringify({ kty, crv, x, y, n, e, kid, alg, use })),
  );
  return { keys };
}

/** The name of a key that follows from the key itself (RFC 7638 §3). */
function thumbprint({ crv, e, kty, n, x, y }: JsonWebKey): string {
  const members = kty === 'RSA' ? { e, kty, n } : kty === 'EC' ? { crv, kty, x, y } : { crv, kty, x };
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}
