import { libraryFetch } from '../ground/fetch.ts';
import type { Secret } from '../ground/secret.ts';
import { authenticateClient } from './client-authentication.ts';
import { fromLibraryError } from './library-errors.ts';
import { refuseServerFailure } from './server-failure.ts';
import type { TokenEndpoint } from './token-endpoint.ts';
import { tolerantFetch } from './tolerant-fetch.ts';

/** What a server tells of a token; `active` alone is always there. */
export interface IntrospectedToken {
  readonly active: boolean;
  readonly [member: string]: unknown;
}

/**
 * Asks the introspection endpoint of the server what it knows of a token. The client shows itself as at the token endpoint.
 *
 * Throws an `AuthorizationServerError`, a `ProtocolError` or a `NetworkError`.
 *
 * @see [RFC 7662 §2](https://www.rfc-editor.org/rfc/rfc7662.html#section-2)
 */
export async function introspectToken(
  { provider, client, fetch, allowHttpLoopback }: Omit<TokenEndpoint, 'now' | 'requestedScopes'>,
  token: Secret,
): Promise<IntrospectedToken> {
  const library = await import('oauth4webapi');
  const where = `the introspection endpoint of ${provider.label}`;
  const oauthClient = { client_id: client.clientId };
  try {
    const response = await library.introspectionRequest(
      provider.metadata,
      oauthClient,
      authenticateClient(client),
      token.reveal(),
      {
        additionalParameters: { token_type_hint: 'access_token' },
        [library.customFetch]: tolerantFetch(libraryFetch(fetch), provider),
        [library.allowInsecureRequests]: allowHttpLoopback,
      },
    );
    refuseServerFailure(response, where);
    return await library.processIntrospectionResponse(provider.metadata, oauthClient, response);
  } catch (error) {
    throw fromLibraryError(library, error, where);
  }
}
