import { createPrivateKey } from 'node:crypto';
import type { ProtocolCode } from '../ground/error-code.ts';
import { ProtocolError } from '../ground/errors.ts';
import type { Secret } from '../ground/secret.ts';
import { decryptionKeyOf } from './client-key.ts';
import { parseJwtPart } from './jwt-header.ts';

/**
 * How a server may encrypt for a client (RFC 7518 §4.1, §5.1). Of RSA only OAEP with SHA-2 is taken, since the padding of
 * RSA1_5 can be used against a client.
 */
const keyManagementAlgorithms = [
  ...['RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512'],
  ...['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A192KW', 'ECDH-ES+A256KW'],
];
const contentEncryptionAlgorithms = [
  ...['A128GCM', 'A192GCM', 'A256GCM'],
  ...['A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512'],
];

/** Longest encrypted JWT that is looked at, in characters. */
const MAXIMUM_LENGTH = 131_072;

/** What was encrypted, for an error. */
export interface EncryptedJwt {
  /** In the words of an error: `the ID Token`. */
  readonly name: string;
  readonly code: ProtocolCode;
}

/** Whether a text has the five parts of an encrypted JWT (RFC 7516 §3.1). */
export function isEncrypted(jwt: string): boolean {
  return jwt.split('.', 6).length === 5;
}

/**
 * What a server has encrypted for the key of the client; any other text stays as it is. What comes out is judged like
 * what was never encrypted, signature included.
 *
 * Throws a `ProtocolError` for what was encrypted for another key, was changed, or is encrypted in a way that is not taken.
 *
 * @see [OpenID Connect Core §10.2](https://openid.net/specs/openid-connect-core-1_0.html#Encryption)
 * @see [RFC 7516 §5.2](https://www.rfc-editor.org/rfc/rfc7516.html#section-5.2)
 */
export async function decrypted(
  jwt: string,
  { clientKey }: { readonly clientKey?: Secret },
  { name, code }: EncryptedJwt,
): Promise<string> {
  if (!isEncrypted(jwt)) {
    return jwt;
  }
  const invalid = (what: string) =>
    new ProtocolError(code, `${name} is not valid: ${what}`, {
      hint: 'check that the key which is registered for the client at the server is the one that you signed in with',
    });
  if (clientKey === undefined) {
    throw invalid('it is encrypted, and this client has no key');
  }
  if (jwt.length > MAXIMUM_LENGTH) {
    throw invalid(`it is longer than ${MAXIMUM_LENGTH} characters`);
  }
  if (parseJwtPart(jwt.split('.')[0])?.zip !== undefined) {
    throw invalid('it is compressed, which is not safe to take');
  }
  const { compactDecrypt } = await import('jose');
  try {
    const key = createPrivateKey({ key: JSON.parse(decryptionKeyOf(clientKey)), format: 'jwk' });
    const { plaintext } = await compactDecrypt(jwt, key, {
      keyManagementAlgorithms,
      contentEncryptionAlgorithms,
    });
    return new TextDecoder('utf-8', { fatal: true }).decode(plaintext);
  } catch {
    // What the package says can hold parts of the token.
    throw invalid('it is not encrypted for the key of this client, or in a way that is not taken');
  }
}
