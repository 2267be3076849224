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
 * Makes the private key of a client, as a JWK. Throws a `ConfigurationError` where the server takes none of the
 * algorithms that this tool makes keys for.
 */
export function newClientKey(offered: readonly string[] | undefined): Secret {
  const alg = Object.keys(makers).find((name) => offered === undefined || offered.includes(name));
  const jwk = alg === undefined ? undefined : makers[alg]?.();
  if (jwk === undefined) {
    throw new ConfigurationError(
      'config_unsupported_server',
      `the server takes signatures of clients only by ${offered?.join(', ')}`,
      { hint: 'make a key for one of them, and give it with --key-file FILE' },
    );
  }
  return new Secret(JSON.stringify({ ...jwk, alg, kid: thumbprint(jwk), use: 'sig' }));
}

/** The public half of such a key. */
export function publicKeysOf(key: Secret): PublicKeys {
  const { kty, crv, x, y, n, e, kid, alg } = JSON.parse(key.reveal());
  const members = { kty, crv, x, y, n, e, kid, alg, use: 'sig' };
  return { keys: [JSON.parse(JSON.stringify(members))] };
}

/** The name of a key that follows from the key itself (RFC 7638 §3). */
function thumbprint({ crv, e, kty, n, x, y }: JsonWebKey): string {
  const members = kty === 'RSA' ? { e, kty, n } : kty === 'EC' ? { crv, kty, x, y } : { crv, kty, x };
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}
