import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { ConfigurationError } from '../ground/errors.ts';
import { type Fetch, libraryFetch } from '../ground/fetch.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import { fetchKeys, type PublicJwk } from './json-web-keys.ts';

/** How a request is encrypted for a key of each kind (RFC 7518 §4.1). */
const algorithmsOf: Readonly<Record<string, readonly string[]>> = {
  RSA: ['RSA-OAEP-256'],
  EC: ['ECDH-ES', 'ECDH-ES+A256KW', 'ECDH-ES+A128KW'],
};

/** How the content is encrypted (RFC 7518 §5.1); the first one that the server lists is taken. */
const contentEncryptions = ['A256GCM', 'A128GCM', 'A256CBC-HS512', 'A128CBC-HS256'];

/**
 * Encrypts a signed request object for a key of the server, so that nobody between learns what is asked for.
 *
 * Throws a `ConfigurationError` where the server publishes no key for it, and what `fetchKeys` throws.
 *
 * @see [RFC 9101 §6.1](https://www.rfc-editor.org/rfc/rfc9101.html#section-6.1)
 */
export async function encryptRequest(
  jwt: string,
  { metadata, label }: ResolvedProvider,
  fetch: Fetch,
): Promise<string> {
  const keys =
    metadata.jwks_uri === undefined ? [] : await fetchKeys(metadata.jwks_uri, libraryFetch(fetch), label);
  const algorithms = metadata.request_object_encryption_alg_values_supported;
  const contents = metadata.request_object_encryption_enc_values_supported;
  const fitting = keys.flatMap((key) => {
    const alg = algorithmFor(key, algorithms);
    return alg === undefined ? [] : [{ key, alg }];
  });
  const chosen = fitting.find(({ key }) => key.use === 'enc') ?? fitting[0];
  const enc = contentEncryptions.find((one) => contents === undefined || contents.includes(one));
  if (chosen === undefined || enc === undefined) {
    throw new ConfigurationError(
      'config_unsupported_server',
      `${label} publishes no key that a request can be encrypted for, or takes no encryption that this tool has`,
      { hint: 'set "request_object": "signed" in its entry in config.json, if the server takes that' },
    );
  }
  const { CompactEncrypt } = await import('jose');
  const { alg, key } = chosen;
  const kid = typeof key.kid === 'string' ? { kid: key.kid } : {};
  return new CompactEncrypt(new TextEncoder().encode(jwt))
    .setProtectedHeader({ alg, enc, cty: 'oauth-authz-req+jwt', ...kid })
    .encrypt(createPublicKey({ key: { ...key } as JsonWebKey, format: 'jwk' }));
}

function algorithmFor(
  { kty, use, alg }: PublicJwk,
  offered: readonly string[] | undefined,
): string | undefined {
  if (use === 'sig') {
    return undefined;
  }
  return (algorithmsOf[String(kty)] ?? []).find(
    (one) => (offered === undefined || offered.includes(one)) && (alg === undefined || alg === one),
  );
}
