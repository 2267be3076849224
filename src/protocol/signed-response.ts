import type * as Library from 'oauth4webapi';
import { libraryFetch } from '../ground/fetch.ts';
import { authorizationServerError } from '../loopback/authorization-error.ts';
import { acceptedAlgorithms, acceptedAmong } from '../providers/signature-algorithms.ts';
import { CLOCK_TOLERANCE_SECONDS } from './id-token.ts';
import { fromLibraryError } from './library-errors.ts';
import type { TokenEndpoint } from './token-endpoint.ts';

/**
 * Verifies an authorization response that is a JWT, signature, issuer, audience and time included, and gives what it
 * says, as the library wants it for the token request.
 *
 * Throws an `AuthorizationServerError` for a signed refusal, a `ProtocolError` for a JWT that must not be believed, and a
 * `NetworkError`.
 *
 * @see [JARM §2.4](https://openid.net/specs/oauth-v2-jarm.html)
 */
export async function openSignedResponse(
  library: typeof Library,
  endpoint: TokenEndpoint,
  parameters: URLSearchParams,
  state: string,
): Promise<URLSearchParams> {
  const { provider, client } = endpoint;
  const { metadata } = provider;
  const server = {
    ...metadata,
    authorization_signing_alg_values_supported: acceptedAmong(
      metadata.authorization_signing_alg_values_supported ?? acceptedAlgorithms,
    ),
  };
  const judge = { client_id: client.clientId, [library.clockTolerance]: CLOCK_TOLERANCE_SECONDS };
  try {
    return await library.validateJwtAuthResponse(server, judge, parameters, state, {
      [library.customFetch]: libraryFetch(endpoint.fetch),
      [library.allowInsecureRequests]: endpoint.allowHttpLoopback,
    });
  } catch (error) {
    if (error instanceof library.AuthorizationResponseError) {
      throw authorizationServerError(error.cause, provider.label);
    }
    throw fromLibraryError(library, error, `the sign-in page of ${provider.label}`);
  }
}
