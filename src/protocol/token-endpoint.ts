import type * as Library from 'oauth4webapi';
import { ProtocolError } from '../errors.ts';
import type { ResolvedProvider } from '../providers/resolve.ts';
import { Secret } from '../secrets/secret.ts';
import { authenticateClient, type OAuthClient } from './client-authentication.ts';
import { deviceRefusal } from './device-refusal.ts';
import { deviceScope } from './device-scope.ts';
import {
  CLOCK_TOLERANCE_SECONDS,
  idTokenAlgorithm,
  validateIdTokenClaims,
  validateIdTokenForm,
  withAcceptedIssuer,
} from './id-token.ts';
import { verifyIdTokenSignature } from './id-token-signature.ts';
import { fromLibraryError } from './library-errors.ts';
import { type Fetch, libraryFetch } from './library-fetch.ts';
import { refuseServerFailure } from './server-failure.ts';
import type { IdTokenClaims, TokenSet } from './token-set.ts';
import { tolerantFetch } from './tolerant-fetch.ts';

/** What an exchange at the token endpoint needs besides its own parameters. */
export interface TokenEndpoint {
  readonly provider: ResolvedProvider;
  readonly client: OAuthClient;
  readonly fetch: Fetch;
  readonly allowHttpLoopback: boolean;
  readonly now: () => Date;
  /** Stands for the granted scopes when the server names none (RFC 6749 §5.1). */
  readonly requestedScopes: readonly string[];
  /** What becomes of an ID Token while its keys cannot be fetched; the whole reply is refused unless told. */
  readonly idTokenWithoutKeys?: 'left-out';
}

export interface CodeExchange {
  /** The authorization response, all of it. */
  readonly parameters: URLSearchParams;
  readonly state: string;
  readonly redirectUri: string;
  /** Absent only where the provider's PKCE policy is `never`. */
  readonly codeVerifier?: string;
  /** Absent when no ID Token was asked for. */
  readonly nonce?: string;
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
  const tokens = await converse(endpoint, async (library, server, client, options) => {
    const parameters = library.validateAuthResponse(server, client, exchange.parameters, exchange.state);
    const response = await library.authorizationCodeGrantRequest(
      server,
      client,
      authenticateClient(endpoint.client),
      parameters,
      exchange.redirectUri,
      exchange.codeVerifier ?? library.nopkce,
      options,
    );
    refuseServerFailure(response, tokenEndpointOf(endpoint));
    const named = await issuerNamed(endpoint, server, response);
    const nonce = exchange.nonce === undefined ? {} : { expectedNonce: exchange.nonce, requireIdToken: true };
    const reply = await library.processAuthorizationCodeResponse(named, client, response, nonce);
    return { reply, response, server: named };
  });
  return granted === undefined || granted.length === 0 ? tokens : { ...tokens, scopes: granted };
}

/**
 * Spends a refresh token; the answer keeps the old one when the server sends no new one.
 *
 * @see [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749.html#section-6)
 * @see [OpenID Connect Core §12.2](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse)
 */
export async function refreshTokens(
  endpoint: TokenEndpoint,
  refreshToken: Secret,
  more: { readonly redirectUri?: string; readonly subject?: string },
): Promise<TokenSet> {
  const repeated = endpoint.provider.quirks.includes('refresh-repeats-redirect-uri')
    ? more.redirectUri
    : undefined;
  // The old refresh token may be spent by now: the new one is not to be lost because the keys are out of reach.
  const spending = { ...endpoint, idTokenWithoutKeys: 'left-out' as const };
  const tokens = await converse(spending, async (library, server, client, options) => {
    const response = await library.refreshTokenGrantRequest(
      server,
      client,
      authenticateClient(endpoint.client),
      refreshToken.reveal(),
      repeated === undefined ? options : { ...options, additionalParameters: { redirect_uri: repeated } },
    );
    refuseServerFailure(response, tokenEndpointOf(endpoint));
    const named = await issuerNamed(endpoint, server, response);
    const reply = await library.processRefreshTokenResponse(named, client, response);
    return { reply, response, server: named };
  });
  const subject = tokens.idTokenClaims?.sub;
  if (subject !== undefined && more.subject !== undefined && subject !== more.subject) {
    throw new ProtocolError('protocol_invalid_id_token', 'the refreshed ID Token names somebody else', {
      hint: 'sign in again',
    });
  }
  return tokens.refreshToken === undefined ? { ...tokens, refreshToken } : tokens;
}

/**
 * Exchanges a device code once; `authorization_pending` and `slow_down` come as `AuthorizationServerError`.
 *
 * @see [RFC 8628 §3.4](https://www.rfc-editor.org/rfc/rfc8628.html#section-3.4)
 */
export async function exchangeDeviceCode(endpoint: TokenEndpoint, deviceCode: Secret): Promise<TokenSet> {
  const { device } = endpoint.provider;
  const what = tokenEndpointOf(endpoint);
  const repeated = device?.scopeParameter === undefined ? {} : deviceScope(endpoint);
  return converse(endpoint, async (library, server, client, options) => {
    const response = await library.deviceCodeGrantRequest(
      server,
      client,
      authenticateClient(endpoint.client),
      deviceCode.reveal(),
      { ...options, additionalParameters: repeated },
    );
    refuseServerFailure(response, what);
    const named = await issuerNamed(endpoint, server, response);
    try {
      const reply = await library.processDeviceCodeResponse(named, client, response);
      return { reply, response, server: named };
    } catch (error) {
      throw deviceRefusal(library, error, what, device);
    }
  });
}

interface Answer {
  readonly reply: Library.TokenEndpointResponse;
  readonly response: Response;
  readonly server: Library.AuthorizationServer;
}

type Exchange = (
  library: typeof Library,
  server: Library.AuthorizationServer,
  client: Library.Client,
  options: Library.TokenEndpointRequestOptions,
) => Promise<Answer>;

async function converse(endpoint: TokenEndpoint, exchange: Exchange): Promise<TokenSet> {
  const library = await import('oauth4webapi');
  const { provider } = endpoint;
  const client: Library.Client = {
    client_id: endpoint.client.clientId,
    [library.clockTolerance]: CLOCK_TOLERANCE_SECONDS,
    [library.clockSkew]: Math.round((endpoint.now().getTime() - Date.now()) / 1000),
  };
  const options = {
    [library.customFetch]: tolerantFetch(libraryFetch(endpoint.fetch), provider),
    [library.allowInsecureRequests]: endpoint.allowHttpLoopback,
  };
  try {
    const { reply, response, server } = await exchange(library, provider.metadata, client, options);
    const claims = library.getValidatedIdTokenClaims(reply);
    if (claims !== undefined && !(await verifyIdTokenSignature(library, response, server, endpoint))) {
      const { id_token: _unverified, ...tokens } = reply;
      return tokenSetFromResponse(tokens, undefined, endpoint);
    }
    return tokenSetFromResponse(reply, claims, endpoint);
  } catch (error) {
    throw fromLibraryError(library, error, tokenEndpointOf(endpoint));
  }
}

function tokenEndpointOf({ provider }: TokenEndpoint): string {
  return `the token endpoint of ${provider.label}`;
}

async function issuerNamed(
  endpoint: TokenEndpoint,
  server: Library.AuthorizationServer,
  response: Response,
): Promise<Library.AuthorizationServer> {
  if (endpoint.provider.idTokenIssuers === undefined || !response.ok) return server;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  const idToken = typeof body === 'object' && body !== null && 'id_token' in body ? body.id_token : undefined;
  return withAcceptedIssuer(server, endpoint.provider, idToken);
}

function tokenSetFromResponse(
  reply: Library.TokenEndpointResponse,
  claims: Library.IDToken | undefined,
  endpoint: TokenEndpoint,
): TokenSet {
  const issuedAt = endpoint.now();
  if (reply.token_type !== 'bearer') {
    throw new ProtocolError('protocol_invalid_response', 'the token is of a type that was not asked for', {
      hint: 'only Bearer tokens (RFC 6750) are understood here',
    });
  }
  const idToken = reply.id_token;
  if (idToken !== undefined) validateIdTokenForm(idToken);
  const idTokenClaims: IdTokenClaims | undefined = claims === undefined ? undefined : { ...claims };
  if (idTokenClaims !== undefined) {
    const expected = {
      clientId: endpoint.client.clientId,
      accessToken: reply.access_token,
      now: issuedAt,
    };
    validateIdTokenClaims(idTokenClaims, idTokenAlgorithm(idToken ?? ''), expected);
  }
  const scopes = reply.scope?.split(' ').filter((scope) => scope !== '');
  return {
    accessToken: new Secret(reply.access_token),
    ...(reply.refresh_token === undefined ? {} : { refreshToken: new Secret(reply.refresh_token) }),
    ...(idToken === undefined ? {} : { idToken: new Secret(idToken) }),
    ...(idTokenClaims === undefined ? {} : { idTokenClaims }),
    issuedAt,
    ...(reply.expires_in === undefined
      ? {}
      : { expiresAt: new Date(issuedAt.getTime() + reply.expires_in * 1000) }),
    scopes: scopes === undefined || scopes.length === 0 ? endpoint.requestedScopes : scopes,
  };
}
