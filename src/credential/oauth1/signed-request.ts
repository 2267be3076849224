import { randomBytes } from 'node:crypto';
import { ConfigurationError } from '../../ground/errors.ts';
import type { Secret } from '../../ground/secret.ts';
import type { SignatureRule } from '../../providers/oauth1.ts';
import { signature } from './signature.ts';
import { percentEncoded, signatureBaseString } from './signature-base-string.ts';

/** Who signs, and how. */
export interface OAuth1Signer extends SignatureRule {
  /** The client identifier (`oauth_consumer_key`). */
  readonly clientId: string;
  /** The shared secret of the client, or its private key for RSA-SHA1; absent: it is empty. */
  readonly clientSecret?: Secret;
  /** The temporary or token credentials; absent for the request that asks for the first ones. */
  readonly token?: { readonly identifier: Secret; readonly secret: Secret };
  readonly now: () => Date;
}

/** A request that is to be signed. */
export interface UnsignedRequest {
  readonly method: string;
  readonly url: string;
  /** The body, where it is `application/x-www-form-urlencoded`. */
  readonly form?: string;
  /** Further protocol parameters, such as `oauth_callback`. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** A request that carries its signature. */
export interface SignedRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body with the protocol parameters, where they stand there. */
  readonly form?: string;
}

/**
 * Signs a request and puts the protocol parameters where the server wants them. A request without a form has no place
 * for them in its body: then they stand in the header.
 *
 * Throws a `ConfigurationError` for PLAINTEXT without TLS, and for a key that cannot sign.
 *
 * @see [RFC 5849 §3.1](https://www.rfc-editor.org/rfc/rfc5849.html#section-3.1)
 */
export function signedRequest(request: UnsignedRequest, signer: OAuth1Signer): SignedRequest {
  const { method, form, parameters } = request;
  const { signatureMethod, token, realm } = signer;
  const url = new URL(request.url);
  if (signatureMethod === 'PLAINTEXT' && url.protocol !== 'https:') {
    throw plaintextWithoutTls(url);
  }
  const protocolParameters: Record<string, string> = {
    oauth_consumer_key: signer.clientId,
    ...(token === undefined ? {} : { oauth_token: token.identifier.reveal() }),
    oauth_signature_method: signatureMethod,
    oauth_timestamp: String(Math.floor(signer.now().getTime() / 1000)),
    oauth_nonce: randomBytes(16).toString('hex'),
    oauth_version: '1.0',
    ...parameters,
  };
  const baseString = signatureBaseString({
    method,
    url,
    protocolParameters,
    ...(form === undefined ? {} : { form }),
  });
  const secrets = {
    ...(signer.clientSecret === undefined ? {} : { client: signer.clientSecret }),
    ...(token === undefined ? {} : { token: token.secret }),
  };
  const signed = {
    ...protocolParameters,
    oauth_signature: signature(signatureMethod, baseString, secrets),
  };
  if (signer.parametersIn === 'query') {
    url.search += `${url.search === '' ? '?' : '&'}${encodedPairs(signed)}`;
    return { url: url.href, headers: {}, ...(form === undefined ? {} : { form }) };
  }
  if (signer.parametersIn === 'body' && form !== undefined) {
    return {
      url: url.href,
      headers: {},
      form: [form, encodedPairs(signed)].filter((part) => part !== '').join('&'),
    };
  }
  return {
    url: url.href,
    headers: { authorization: headerValue(signed, realm) },
    ...(form === undefined ? {} : { form }),
  };
}

function encodedPairs(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`)
    .join('&');
}

/** The value of the Authorization header (§3.5.1). The realm is no protocol parameter, and is quoted as it is. */
function headerValue(parameters: Readonly<Record<string, string>>, realm: string | undefined): string {
  const pairs = Object.entries(parameters).map(
    ([name, value]) => `${percentEncoded(name)}="${percentEncoded(value)}"`,
  );
  const quoted = realm === undefined ? [] : [`realm="${realm.replace(/["\\]/g, '\\$&')}"`];
  return `OAuth ${[...quoted, ...pairs].join(', ')}`;
}

function plaintextWithoutTls({ origin }: URL): ConfigurationError {
  return new ConfigurationError(
    'config_invalid_value',
    `${origin} is not https, and PLAINTEXT would show it the secrets unprotected`,
    { hint: 'use https, or a signature method that hides the secrets: HMAC-SHA256 or HMAC-SHA1' },
  );
}
