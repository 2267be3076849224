import { ConfigurationError } from '../ground/errors.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import { clientKeyOf, signingKeyOf } from './client-key.ts';
import { encryptRequest } from './encrypted-request.ts';
import { readSigningKey } from './signing-key.ts';
import type { TokenEndpoint } from './token-endpoint.ts';

/** Seconds that the browser has to bring a request object: as long as a sign-in in two calls lasts. */
const LIFE_SECONDS = 1800;

/** Parameters that OpenID Connect Core §6.1 wants outside the request object too. */
const repeated = ['client_id', 'response_type', 'scope'];

/** Whether the authorization request is a request object, and why. */
export function isRequestObject(
  { metadata, requestObject }: Pick<ResolvedProvider, 'metadata' | 'requestObject'>,
  isAsked: boolean,
): boolean {
  return isAsked || requestObject !== undefined || metadata.require_signed_request_object === true;
}

/**
 * The parameters of an authorization request as one JWT, signed with the key of the client, and what has to stand
 * beside it. The server compares nothing else than what is signed.
 *
 * Throws a `ConfigurationError` where the server takes no signature of that key, and what `encryptRequest` throws.
 *
 * @see [RFC 9101 §4](https://www.rfc-editor.org/rfc/rfc9101.html#section-4)
 */
export async function signRequest(
  { provider, client, fetch }: Pick<TokenEndpoint, 'provider' | 'client' | 'fetch'>,
  parameters: URLSearchParams,
): Promise<URLSearchParams> {
  const { metadata, label } = provider;
  const { clientId, clientKey } = client;
  if (clientKey === undefined) {
    throw new ConfigurationError('config_missing_key', `there is no key to sign requests to ${label} with`, {
      hint: 'give the private key of the client with --key-file FILE',
    });
  }
  const offered = metadata.request_object_signing_alg_values_supported;
  const fitting = await clientKeyOf(signingKeyOf(clientKey), 'the client', offered);
  const { key, algorithm, keyId } = await readSigningKey(fitting.reveal(), 'the client');
  const library = await import('oauth4webapi');
  const signed = await library.issueRequestObject(
    metadata,
    { client_id: clientId },
    parameters,
    keyId === undefined ? { key } : { key, kid: keyId },
    {
      [library.modifyAssertion]: (header, claims) => {
        header.alg = algorithm;
        claims.exp = Number(claims.iat) + LIFE_SECONDS;
      },
    },
  );
  const isEncrypted = provider.requestObject === 'encrypted';
  const request = isEncrypted ? await encryptRequest(signed, provider, fetch) : signed;
  const outside = repeated.flatMap((name) => {
    const value = parameters.get(name);
    return value === null ? [] : [[name, value] as [string, string]];
  });
  return new URLSearchParams([...outside, ['request', request]]);
}
