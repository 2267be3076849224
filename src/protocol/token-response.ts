import type * as Library from 'oauth4webapi';
import { BOUND_TOKEN_TYPE } from '../credential/credential.ts';
import { defined } from '../ground/defined.ts';
import { ProtocolError } from '../ground/errors.ts';
import { Secret } from '../ground/secret.ts';
import type { TokenEndpoint } from './token-endpoint.ts';
import type { TokenSet } from './token-set.ts';

/** A hundred years: no refresh token lives longer. */
const LONGEST_LIFE_SECONDS = 100 * 366 * 86_400;

/** What a token response has to fit to. */
export interface ExpectedTokens {
  readonly endpoint: Pick<TokenEndpoint, 'now' | 'requestedScopes' | 'binding'>;
  /** The types a token may have, in lower case. */
  readonly tokenTypes: readonly string[];
  /** Seconds by which the server's clock is ahead of ours, where that is worth telling. */
  readonly clockOffset: number | undefined;
}

/**
 * Gives the token set of a reply that the library has validated; its ID Token is verified and added by itself.
 *
 * Throws a `ProtocolError` for a token of another type.
 *
 * @see [RFC 6749 §5.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-5.1)
 */
export function tokenSetFromResponse(
  reply: Library.TokenEndpointResponse,
  { endpoint, tokenTypes, clockOffset }: ExpectedTokens,
): TokenSet {
  const issuedAt = endpoint.now();
  const isBound = reply.token_type === BOUND_TOKEN_TYPE.toLowerCase();
  const proofKey = isBound ? endpoint.binding?.key : undefined;
  if (!tokenTypes.includes(reply.token_type)) {
    throw new ProtocolError('protocol_invalid_response', 'the token is of a type that was not requested', {
      hint: `a request without a proof gives Bearer tokens (RFC 6750), and --dpop asks for tokens of the type ${BOUND_TOKEN_TYPE} (RFC 9449)`,
    });
  }
  return {
    accessToken: new Secret(reply.access_token),
    ...(reply.refresh_token === undefined ? {} : { refreshToken: new Secret(reply.refresh_token) }),
    issuedAt,
    ...(reply.expires_in === undefined
      ? {}
      : { expiresAt: new Date(issuedAt.getTime() + reply.expires_in * 1000) }),
    ...refreshTokenEnd(reply.refresh_token_expires_in, issuedAt),
    scopes: grantedScopes(reply.scope, endpoint.requestedScopes),
    ...defined({
      clockOffset,
      proofKey,
      subject: typeof reply.sub === 'string' ? reply.sub : undefined,
      me: typeof reply.me === 'string' ? { address: reply.me, profile: reply.profile } : undefined,
    }),
  };
}

/**
 * What was granted; what was asked for when the server does not say. A comma separates scopes as it does at several
 * servers, unless one that was asked for holds a comma itself, as RFC 6749 §3.3 allows.
 */
function grantedScopes(scope: string | undefined, requested: readonly string[]): readonly string[] {
  const separator = requested.some((one) => one.includes(',')) ? /\s+/ : /[\s,]+/;
  const scopes = scope?.split(separator).filter((one) => one !== '') ?? [];
  return scopes.length === 0 ? requested : scopes;
}

/** Seconds, as a number or in text; what is neither tells nothing, and is no reason to lose a token. */
function refreshTokenEnd(life: unknown, issuedAt: Date): Pick<TokenSet, 'refreshTokenExpiresAt'> {
  const seconds = typeof life === 'string' && /^\d{1,10}$/.test(life) ? Number(life) : life;
  if (typeof seconds !== 'number' || !(seconds > 0) || seconds > LONGEST_LIFE_SECONDS) {
    return {};
  }
  return { refreshTokenExpiresAt: new Date(issuedAt.getTime() + seconds * 1000) };
}
