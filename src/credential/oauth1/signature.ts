import { createHmac, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { ConfigurationError } from '../../ground/errors.ts';
import type { Secret } from '../../ground/secret.ts';
import type { SignatureMethod } from '../../providers/oauth1.ts';
import { percentEncoded } from './signature-base-string.ts';

/** What a request is signed with. */
export interface SigningSecrets {
  /** The shared secret of the client; the private key as PEM for RSA-SHA1; absent: it is empty. */
  readonly client?: Secret;
  /** That of the temporary credentials or the token credentials; absent: it is empty. */
  readonly token?: Secret;
}

/** Bits that a key needs at least (NIST SP 800-131A). */
const LEAST_RSA_BITS = 2048;

/**
 * Gives `oauth_signature`. Throws a `ConfigurationError`, `config_invalid_key`, for a key that cannot sign.
 *
 * @see [RFC 5849 §3.4](https://www.rfc-editor.org/rfc/rfc5849.html#section-3.4)
 */
export function signature(method: SignatureMethod, baseString: string, secrets: SigningSecrets): string {
  switch (method) {
    case 'HMAC-SHA1':
      return createHmac('sha1', sharedKey(secrets)).update(baseString).digest('base64');
    case 'HMAC-SHA256':
      return createHmac('sha256', sharedKey(secrets)).update(baseString).digest('base64');
    case 'RSA-SHA1':
      return sign('sha1', Buffer.from(baseString), privateKey(secrets.client)).toString('base64');
    case 'PLAINTEXT':
      return sharedKey(secrets);
  }
}

/** Both secrets, also where they are empty (§3.4.2). */
function sharedKey({ client, token }: SigningSecrets): string {
  return [client, token].map((secret) => percentEncoded(secret?.reveal() ?? '')).join('&');
}

/**
 * Reads the private key of a client. Throws a `ConfigurationError`, `config_invalid_key`, which does not repeat it.
 */
export function privateKey(pem: Secret | undefined): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem?.reveal() ?? '');
  } catch {
    throw unfitKey('is not a PEM private key without a passphrase');
  }
  if (key.asymmetricKeyType !== 'rsa') {
    throw unfitKey('is no RSA key');
  }
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_RSA_BITS) {
    throw unfitKey(`has less than ${LEAST_RSA_BITS} bits`);
  }
  return key;
}

function unfitKey(fault: string): ConfigurationError {
  return new ConfigurationError('config_invalid_key', `the key that signs the requests ${fault}`, {
    hint: 'make one with: openssl genrsa -out key.pem 3072, register its public key, and give --key-file key.pem',
  });
}
