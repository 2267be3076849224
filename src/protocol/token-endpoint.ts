import type * as Library from 'oauth4webapi';
import { ProtocolError } from '../errors.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
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

const BEARER_ONLY = ['bearer'];

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

/** Name and value of a parameter of a request; a name may come more than once (RFC 8693 §2.1, RFC 8707 §2). */
export type RequestParameter = readonly [name: string, value: string];

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
  more: {
    readonly redirectUri?: string;
    readonly subject?: string;
    /** More parameters of the request, such as a narrower scope. */
    readonly parameters?: readonly RequestParameter[];
  },
): Promise<TokenSet> {
  const additionalParameters = new URLSearchParams((more.parameters ?? []).map(([...pair]) => pair));
  if (endpoint.provider.quirks.includes('refresh-repeats-redirect-uri') && more.redirectUri !== undefined) {
    additionalParameters.set('redirect_uri', more.redirectUri);
  }
  // The old refresh token may be spent by now: the new one is not to be lost because the keys are out of reach.
  const spending = { ...endpoint, idTokenWithoutKeys: 'left-out' as const };
  const tokens = await converse(spending, async (library, server, client, options) => {
    const response = await library.refreshTokenGrantRequest(
      server,
      client,
      authenticateClient(endpoint.client),
      refreshToken.reveal(),
      { ...options, additionalParameters },
    );
    refuseServerFailure(response, tokenEndpointOf(endpoint));
    const named = await issuerNamed(endpoint, server, response);
    // The old refresh token is spent by now: a clock that is wrong here must not cost the sign-in.
    const now = serverTime(response, endpoint.now());
    const judge = { ...client, [library.clockSkew]: secondsAhead(now) };
    const reply = await library.processRefreshTokenResponse(named, judge, response);
    return { reply, response, server: named, now };
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

/** A reply of the token endpoint that the library has validated. */
export interface Answer {
  readonly reply: Library.TokenEndpointResponse;
  readonly response: Response;
  readonly server: Library.AuthorizationServer;
  /** By what clock the ID Token is judged; that of this machine when absent. */
  readonly now?: Date;
}

/** Sends one request to the token endpoint and has its reply validated. */
export type Exchange = (
  library: typeof Library,
  server: Library.AuthorizationServer,
  client: Library.Client,
  options: Library.TokenEndpointRequestOptions,
) => Promise<Answer>;

/**
 * Gives the tokens of one exchange at the token endpoint, whatever the grant: the provider's quirks are evened
 * out, and an ID Token that comes along is verified, signature included.
 *
 * `tokenTypes` are the types a token may have, in lower case (RFC 6749 §7.1). Throws an
 * `AuthorizationServerError`, a `ProtocolError` or a `NetworkError`.
 */
export async function converse(
  endpoint: TokenEndpoint,
  exchange: Exchange,
  tokenTypes: readonly string[] = BEARER_ONLY,
): Promise<TokenSet> {
  const library = await import('oauth4webapi');
  const { provider } = endpoint;
  const client: Library.Client = {
    client_id: endpoint.client.clientId,
    [library.clockTolerance]: CLOCK_TOLERANCE_SECONDS,
    [library.clockSkew]: secondsAhead(endpoint.now()),
  };
  const options = {
    [library.customFetch]: tolerantFetch(libraryFetch(endpoint.fetch), provider, tokenTypes),
    [library.allowInsecureRequests]: endpoint.allowHttpLoopback,
  };
  try {
    const { reply, response, server, now } = await exchange(library, provider.metadata, client, options);
    const claims = library.getValidatedIdTokenClaims(reply);
    if (claims !== undefined && !(await verifyIdTokenSignature(library, response, server, endpoint))) {
      const { id_token: _unverified, ...tokens } = reply;
      return tokenSetFromResponse(tokens, undefined, endpoint, tokenTypes, now);
    }
    return tokenSetFromResponse(reply, claims, endpoint, tokenTypes, now);
  } catch (error) {
    throw fromLibraryError(library, error, tokenEndpointOf(endpoint));
  }
}

/** The server's own time where the clocks differ by more than is tolerated (RFC 9110 §6.6.1), else ours. */
function serverTime(response: Response, own: Date): Date {
  const instant = Date.parse(response.headers.get('date') ?? '');
  const isFarOff = Math.abs(instant - own.getTime()) > CLOCK_TOLERANCE_SECONDS * 1000;
  return isFarOff ? new Date(instant) : own;
}

/** How far an instant lies ahead of the clock that the library reads. */
function secondsAhead(instant: Date): number {
  return Math.round((instant.getTime() - Date.now()) / 1000);
}

/** The token endpoint in the words of an error. */
export function tokenEndpointOf({ provider }: TokenEndpoint): string {
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
  tokenTypes: readonly string[],
  now: Date | undefined,
): TokenSet {
  const issuedAt = endpoint.now();
  if (!tokenTypes.includes(reply.token_type)) {
    throw new ProtocolError('protocol_invalid_response', 'the token is of a type that was not asked for', {
      hint: 'only Bearer tokens (RFC 6750) are understood here',
    });
  }
  const idToken = reply.id_token;
  if (idToken !== undefined) validateIdTokenForm(idToken);
  const idTokenClaims: IdTokenClaims | undefined = claims === undefined ? undefined : { ...claims };
  if (idTokenClaims !== undefined) {
    validateIdTokenClaims(idTokenClaims, {
      algorithm: idTokenAlgorithm(idToken ?? ''),
      accessToken: reply.access_token,
      clientId: endpoint.client.clientId,
      now: now ?? issuedAt,
    });
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
