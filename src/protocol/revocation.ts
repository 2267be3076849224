import type { ClientAuth } from 'oauth4webapi';
import { AbortedError, AuthorizationServerError, NetworkError, OAuthLoginError } from '../ground/errors.ts';
import { libraryFetch } from '../ground/fetch.ts';
import { Secret } from '../ground/secret.ts';
import { authenticateClient } from './client-authentication.ts';
import { fromLibraryError } from './library-errors.ts';
import { revokeByRequest } from './revocation-by-request.ts';
import type { RevocationRequest } from './revocation-request.ts';
import { refuseServerFailure } from './server-failure.ts';
import { tolerantFetch } from './tolerant-fetch.ts';

/** What became of the tokens at the provider. */
export type RevocationOutcome =
  | { readonly kind: 'revoked' }
  /** The provider has no way to do it, so it was not asked. */
  | { readonly kind: 'not-offered' }
  /** The refresh token was revoked, which ends the sign-in; the provider does not take back the access token. */
  | { readonly kind: 'access-token-left'; readonly refusal: AuthorizationServerError }
  /** The tokens may be valid still; `error` says why. */
  | {
      readonly kind: 'failed';
      readonly error: OAuthLoginError;
      /** Only the refresh token could not be revoked. */
      readonly isAccessTokenRevoked: boolean;
    };

/**
 * Takes the tokens back at the provider: the refresh token first, then the access token, whatever became of the first.
 *
 * Throws an `AbortedError`, and nothing else of the family: what the provider answered is in the outcome.
 *
 * @see [RFC 7009 §2](https://www.rfc-editor.org/rfc/rfc7009.html#section-2)
 */
export async function revokeTokens(
  request: RevocationRequest,
  tokens: { readonly accessToken: Secret; readonly refreshToken?: Secret },
): Promise<RevocationOutcome> {
  const { revocation, metadata } = request.provider;
  if (revocation.kind === 'request') {
    const needsSecret = revocation.authentication === 'client_secret_basic';
    if (needsSecret && request.client.clientSecret === undefined) {
      return { kind: 'not-offered' };
    }
    if (revocation.url.includes('{sub}') && request.subject === undefined) {
      return { kind: 'not-offered' };
    }
    const failure = await failureOf(revokeByRequest(request, tokens.accessToken));
    return failure === undefined
      ? revokedOutcome
      : { kind: 'failed', error: failure, isAccessTokenRevoked: false };
  }
  if (revocation.kind === 'none' || metadata.revocation_endpoint === undefined) {
    return { kind: 'not-offered' };
  }
  const { accessToken, refreshToken } = tokens;
  if (refreshToken === undefined) {
    return outcomeOf(undefined, await failureOf(revokeAtEndpoint(request, accessToken, 'access_token')));
  }
  const kept = await failureOf(revokeAtEndpoint(request, refreshToken, 'refresh_token'));
  // A server that was not reached is not reached a moment later, and the person would wait twice.
  if (kept instanceof NetworkError && kept.code !== 'network_server_error') {
    return outcomeOf(kept, kept);
  }
  const left = await failureOf(revokeAtEndpoint(request, accessToken, 'access_token'));
  const endsSignIn = kept === undefined && left instanceof AuthorizationServerError;
  return endsSignIn ? { kind: 'access-token-left', refusal: left } : outcomeOf(kept, left);
}

const revokedOutcome: RevocationOutcome = { kind: 'revoked' };

/** Of two failures the one of a server in trouble is told, since trying again may help then. */
function outcomeOf(
  refreshToken: OAuthLoginError | undefined,
  accessToken: OAuthLoginError | undefined,
): RevocationOutcome {
  const error = accessToken instanceof NetworkError ? accessToken : (refreshToken ?? accessToken);
  if (error === undefined) {
    return revokedOutcome;
  }
  return { kind: 'failed', error, isAccessTokenRevoked: accessToken === undefined };
}

async function failureOf(revocation: Promise<void>): Promise<OAuthLoginError | undefined> {
  try {
    await revocation;
    return undefined;
  } catch (error) {
    if (!(error instanceof OAuthLoginError) || error instanceof AbortedError) {
      throw error;
    }
    return error;
  }
}

/**
 * Deviation: the servers of the Python SDK of MCP refuse a public client without the parameter `client_secret`. RFC 6749
 * §2.3.1 has it left out where it is empty, so only the server of a protected resource gets it, after such a refusal.
 */
async function revokeAtEndpoint(request: RevocationRequest, token: Secret, hint: string): Promise<void> {
  const { client, provider } = request;
  try {
    await sendRevocation(request, token, hint, authenticateClient(client));
  } catch (error) {
    const isPublic = client.clientAuthentication === 'none' && client.assertion === undefined;
    if (
      provider.resource === undefined ||
      !isPublic ||
      !(error instanceof AuthorizationServerError) ||
      error.error !== 'invalid_request'
    ) {
      throw error;
    }
    const withEmptySecret = authenticateClient({
      clientId: client.clientId,
      clientSecret: new Secret(''),
      clientAuthentication: 'client_secret_post',
    });
    await sendRevocation(request, token, hint, withEmptySecret).catch(() => {
      throw error;
    });
  }
}

async function sendRevocation(
  request: RevocationRequest,
  token: Secret,
  hint: string,
  authentication: ClientAuth,
): Promise<void> {
  const library = await import('oauth4webapi');
  const { provider, client } = request;
  const tokenOnly = provider.revocation.kind === 'rfc7009' && provider.revocation.tokenOnly === true;
  try {
    const response = await library.revocationRequest(
      provider.metadata,
      { client_id: client.clientId },
      tokenOnly ? () => {} : authentication,
      token.reveal(),
      {
        ...(tokenOnly ? {} : { additionalParameters: { token_type_hint: hint } }),
        [library.customFetch]: tolerantFetch(libraryFetch(request.fetch), provider),
        [library.allowInsecureRequests]: request.allowHttpLoopback,
      },
    );
    refuseServerFailure(response, `the revocation endpoint of ${provider.label}`);
    await library.processRevocationResponse(response);
  } catch (error) {
    // Not by RFC 7009 §2.2, but said for a token that is no more: the access token goes with its refresh token.
    if (error instanceof library.ResponseBodyError && error.error === 'invalid_token') {
      return;
    }
    throw fromLibraryError(library, error, `the revocation endpoint of ${provider.label}`);
  }
}
