import { acceptedTokenTypes } from '../credential/credential.ts';
import { ProtocolError } from '../ground/errors.ts';
import { authenticateClient } from './client-authentication.ts';
import { requestTokens } from './request-tokens.ts';
import type { RequestParameter, TokenEndpoint } from './token-endpoint.ts';
import type { TokenSet } from './token-set.ts';

/** A request for tokens that needs no End-User. */
export interface UnattendedTokenRequest {
  /** `grant_type` on the wire. */
  readonly grantType: string;
  readonly parameters: readonly RequestParameter[];
  /** The type that was asked for (RFC 8693 §2.1); what is issued has to be of it. */
  readonly requestedTokenType?: string;
}

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/**
 * Asks the token endpoint for tokens with a grant that is complete in itself.
 *
 * Throws an `AuthorizationServerError`, a `ProtocolError` or a `NetworkError`.
 *
 * @see [RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.4)
 * @see [RFC 6749 §4.5](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.5)
 */
export async function requestUnattendedTokens(
  endpoint: TokenEndpoint,
  request: UnattendedTokenRequest,
): Promise<TokenSet> {
  const { requestedTokenType } = request;
  // A token that is no access token has no type to be used by: `N_A` (RFC 8693 §2.2.1).
  const isOther = requestedTokenType !== undefined && requestedTokenType !== ACCESS_TOKEN;
  const parameters = new URLSearchParams(request.parameters.map(([...pair]) => pair));
  const isClientCredentials = request.grantType === 'client_credentials';
  return requestTokens(
    endpoint,
    {
      send: (library, server, client, options) => {
        const authentication = authenticateClient(endpoint.client);
        return isClientCredentials
          ? library.clientCredentialsGrantRequest(server, client, authentication, parameters, options)
          : library.genericTokenEndpointRequest(
              server,
              client,
              authentication,
              request.grantType,
              parameters,
              options,
            );
      },
      read: async (library, server, client, response) => {
        const reply = isClientCredentials
          ? await library.processClientCredentialsResponse(server, client, response)
          : await library.processGenericTokenEndpointResponse(server, client, response, {
              ...(isOther ? { recognizedTokenTypes: { n_a: () => {} } } : {}),
            });
        if (requestedTokenType !== undefined) {
          requireIssuedType(reply.issued_token_type, requestedTokenType);
        }
        return reply;
      },
    },
    [...acceptedTokenTypes(endpoint.binding), ...(isOther ? ['n_a'] : [])],
  );
}

function requireIssuedType(issued: unknown, requested: string): void {
  if (issued === requested) {
    return;
  }
  throw new ProtocolError(
    'protocol_invalid_response',
    'the token endpoint issued a token of a different type from the one that was requested',
    { hint: 'leave out --requested-token-type to take what the server issues, or ask its operator' },
  );
}
