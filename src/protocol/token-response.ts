import type * as Library from 'oauth4webapi';
import { ProtocolError } from '../errors.ts';
import { Secret } from '../secrets/secret.ts';
import { idTokenAlgorithm, validateIdTokenClaims, validateIdTokenForm } from './id-token.ts';
import type { TokenEndpoint } from './token-endpoint.ts';
import type { IdTokenClaims, TokenSet } from './token-set.ts';

/** What a token response has to fit to. */
export interface ExpectedTokens {
  readonly endpoint: Pick<TokenEndpoint, 'provider' | 'client' | 'now' | 'requestedScopes'>;
  /** The types a token may have, in lower case. */
  readonly tokenTypes: readonly string[];
  /** By what clock the ID Token is judged; that of this machine when absent. */
  readonly now: Date | undefined;
  /** Seconds by which the server's clock is ahead of ours, where that is worth telling. */
  readonly clockOffset: number | undefined;
}

/**
 * Gives the token set of a reply that the library has validated; `claims` are those of its ID Token, whose signature
 * is verified by now.
 *
 * Throws a `ProtocolError` for a token of another type, and for an ID Token that does not fit.
 *
 * @see [RFC 6749 §5.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-5.1)
 */
export function tokenSetFromResponse(
  reply: Library.TokenEndpointResponse,
  claims: Library.IDToken | undefined,
  { endpoint, tokenTypes, now, clockOffset }: ExpectedTokens,
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
      provider: endpoint.provider,
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
    ...(clockOffset === undefined ? {} : { clockOffset }),
  };
}
