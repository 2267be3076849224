import type * as Library from 'oauth4webapi';
import type { Provider } from '../providers/provider.ts';
import { withAcceptedIssuer } from './id-token.ts';

/**
 * Gives the metadata that a token response is to be validated against: with the issuer that its ID Token may name,
 * for providers whose tokens carry one of several.
 *
 * @see [OpenID Connect Core §3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation)
 */
export async function withIssuerOf(
  response: Response,
  server: Library.AuthorizationServer,
  provider: Pick<Provider, 'idTokenIssuers'>,
): Promise<Library.AuthorizationServer> {
  if (provider.idTokenIssuers === undefined || !response.ok) return server;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  const idToken = typeof body === 'object' && body !== null && 'id_token' in body ? body.id_token : undefined;
  return withAcceptedIssuer(server, provider, idToken);
}
