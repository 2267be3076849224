import type * as Library from 'oauth4webapi';
import { NetworkError, ProtocolError } from '../errors.ts';
import { libraryFetch } from './library-fetch.ts';
import { refuseServerFailure } from './server-failure.ts';
import type { TokenEndpoint } from './token-endpoint.ts';

/**
 * Verifies the signature of the ID Token in a reply that the library has processed (OpenID Connect Core §3.1.3.7).
 *
 * Gives `false` when the keys cannot be fetched and the endpoint says to do without. Throws a `ProtocolError` when
 * there are none, and what the library or the network throws.
 */
export async function verifyIdTokenSignature(
  library: typeof Library,
  response: Response,
  server: Library.AuthorizationServer,
  endpoint: Pick<TokenEndpoint, 'provider' | 'fetch' | 'allowHttpLoopback' | 'idTokenWithoutKeys'>,
): Promise<boolean> {
  if (server.jwks_uri === undefined) {
    throw new ProtocolError(
      'protocol_invalid_metadata',
      `${endpoint.provider.label} sends an ID Token, and names no keys to check it with`,
      { hint: 'add its jwks_uri to the endpoints in the configuration, or do not ask for the scope openid' },
    );
  }
  const fetch = libraryFetch(endpoint.fetch);
  try {
    await library.validateApplicationLevelSignature(server, response, {
      [library.customFetch]: async (...request) => {
        const keys = await fetch(...request);
        refuseServerFailure(keys, `the server of the keys of ${endpoint.provider.label}`);
        return keys;
      },
      [library.allowInsecureRequests]: endpoint.allowHttpLoopback,
    });
    return true;
  } catch (error) {
    if (endpoint.idTokenWithoutKeys === 'left-out' && error instanceof NetworkError) return false;
    throw error;
  }
}
