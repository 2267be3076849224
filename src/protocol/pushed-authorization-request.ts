import type { PushedAuthorizationResponse } from 'oauth4webapi';
import { ConfigurationError, ProtocolError } from '../ground/errors.ts';
import { libraryFetch } from '../ground/fetch.ts';
import { authenticateClient } from './client-authentication.ts';
import { fromLibraryError } from './library-errors.ts';
import { sendBound } from './send-bound.ts';
import type { TokenEndpoint } from './token-endpoint.ts';
import { tolerantFetch } from './tolerant-fetch.ts';

/** An authorization request that the server has taken, and for how long. */
export interface PushedRequest {
  readonly requestUri: string;
  /** Seconds in which the browser has to come with it. */
  readonly expiresIn: number;
}

/** An absolute URI (RFC 3986 §4.3) that goes through an address bar; OpenID Connect Core §6.2 has 512 characters as its limit. */
const REQUEST_URI = /^[A-Za-z][A-Za-z0-9+.-]*:[\x21\x24-\x7e]{1,2000}$/;

/**
 * Hands the parameters of an authorization request to the server, which answers with a name for it. Nothing else of
 * the reply counts, whatever it says.
 *
 * Throws an `AuthorizationServerError`, a `ProtocolError` or a `NetworkError`; a `ConfigurationError` where the server
 * has no endpoint for it.
 *
 * @see [RFC 9126 §2](https://www.rfc-editor.org/rfc/rfc9126.html#section-2)
 */
export async function pushAuthorizationRequest(
  endpoint: TokenEndpoint,
  parameters: URLSearchParams,
): Promise<PushedRequest> {
  const { provider } = endpoint;
  const { metadata } = provider;
  if (metadata.pushed_authorization_request_endpoint === undefined) {
    throw new ConfigurationError(
      'config_unsupported_server',
      `${provider.label} has no endpoint for pushed authorization requests (RFC 9126)`,
      {
        hint: 'leave out --par, or name its pushed_authorization_request_endpoint in the "endpoints" of its entry in config.json',
      },
    );
  }
  const library = await import('oauth4webapi');
  const what = `the pushed authorization request endpoint of ${provider.label}`;
  const client = { client_id: endpoint.client.clientId };
  const { binding } = endpoint;
  const options = {
    [library.customFetch]: tolerantFetch(libraryFetch(endpoint.fetch), provider),
    [library.allowInsecureRequests]: endpoint.allowHttpLoopback,
    ...(binding === undefined ? {} : { DPoP: await binding.key.handle() }),
  };
  const address = { endpoint: metadata.pushed_authorization_request_endpoint, what };
  try {
    const response = await sendBound(binding, address, () =>
      library.pushedAuthorizationRequest(
        metadata,
        client,
        authenticateClient(endpoint.client),
        parameters,
        options,
      ),
    );
    const reply = await library.processPushedAuthorizationResponse(metadata, client, response);
    const fault = faultOf(reply);
    if (fault !== undefined) {
      throw new ProtocolError(
        'protocol_invalid_response',
        `${what} sent a reply that is not valid: ${fault}`,
        {
          hint: 'no browser was opened; tell the operator of the server',
        },
      );
    }
    return { requestUri: reply.request_uri, expiresIn: reply.expires_in };
  } catch (error) {
    throw fromLibraryError(library, error, what);
  }
}

function faultOf(reply: PushedAuthorizationResponse): string | undefined {
  if (!REQUEST_URI.test(reply.request_uri)) {
    return 'its request_uri is not an absolute URI of up to 2,000 characters';
  }
  return reply.expires_in >= 1 ? undefined : 'its request_uri has ended already (expires_in)';
}
