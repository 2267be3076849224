import { authenticateClient } from './client-authentication.ts';
import { type AuthorizationDetail, grantedDetails } from './granted-details.ts';
import { type MaxAge, validateAuthenticationTime } from './max-age.ts';
import { requestTokens } from './request-tokens.ts';
import { type RequestedAcr, validateAcr } from './requested-acr.ts';
import { resourceParameter } from './resource-parameter.ts';
import { openSignedResponse } from './signed-response.ts';
import type { TokenEndpoint } from './token-endpoint.ts';
import type { TokenSet } from './token-set.ts';

/** An authorization response and what it belongs to. */
export interface CodeExchange {
  /** The authorization response, all of it. */
  readonly parameters: URLSearchParams;
  readonly state: string;
  readonly redirectUri: string;
  /** Absent only where the provider's PKCE policy is `never`. */
  readonly codeVerifier?: string;
  /** Absent when no ID Token was asked for. */
  readonly nonce?: string;
  /** Absent when the authorization request had no `max_age`. */
  readonly maxAge?: MaxAge;
  /** Absent when no way to authenticate was asked for. */
  readonly acr?: RequestedAcr;
  /** The parameter `authorization_details` of the request, where it had one. */
  readonly details?: string;
  /** The response is a JWT, whose signature is to be verified (JARM). */
  readonly isSigned?: boolean;
}

/**
 * Exchanges an authorization code for tokens and verifies the ID Token, signature included.
 *
 * Throws an `AuthorizationServerError`, a `ProtocolError` or a `NetworkError`.
 *
 * @see [RFC 6749 §4.1.3](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.3)
 * @see [OpenID Connect Core §3.1.3](https://openid.net/specs/openid-connect-core-1_0.html#TokenEndpoint)
 */
export async function exchangeCode(endpoint: TokenEndpoint, exchange: CodeExchange): Promise<TokenSet> {
  const granted = endpoint.provider.quirks.includes('granted-scopes-in-callback')
    ? exchange.parameters
        .get('granted_scopes')
        ?.split(/[\s,]+/)
        .filter(Boolean)
    : undefined;
  const resource = resourceParameter(endpoint.provider);
  let details: readonly AuthorizationDetail[] | undefined;
  const tokens = await requestTokens(endpoint, {
    send: async (library, server, client, options) =>
      library.authorizationCodeGrantRequest(
        server,
        client,
        authenticateClient(endpoint.client),
        exchange.isSigned
          ? await openSignedResponse(library, endpoint, exchange.parameters, exchange.state)
          : library.validateAuthResponse(server, client, exchange.parameters, exchange.state),
        exchange.redirectUri,
        exchange.codeVerifier ?? library.nopkce,
        resource === undefined ? options : { ...options, additionalParameters: { resource } },
      ),
    read: async (library, server, client, response) => {
      const reply = await library.processAuthorizationCodeResponse(server, client, response);
      details = grantedDetails(reply.authorization_details, exchange.details);
      return reply;
    },
    nonce: {
      sent: exchange.nonce,
      // PKCE binds the code to this program then, and the token comes from the token endpoint (RFC 9700 §2.1.1).
      mayBeMissing: endpoint.provider.idTokenNonce === 'optional' && exchange.codeVerifier !== undefined,
    },
  });
  if (exchange.maxAge !== undefined && tokens.idTokenClaims !== undefined) {
    validateAuthenticationTime(tokens.idTokenClaims, exchange.maxAge);
  }
  if (exchange.acr !== undefined && tokens.idTokenClaims !== undefined) {
    validateAcr(tokens.idTokenClaims, exchange.acr);
  }
  return {
    ...tokens,
    ...(granted === undefined || granted.length === 0 ? {} : { scopes: granted }),
    ...(details === undefined ? {} : { authorizationDetails: details }),
  };
}
