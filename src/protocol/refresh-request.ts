import { AuthorizationServerError, ProtocolError } from '../ground/errors.ts';
import type { Secret } from '../ground/secret.ts';
import type { Provider } from '../providers/provider.ts';
import { authenticateClient } from './client-authentication.ts';
import { CLOCK_TOLERANCE_SECONDS } from './id-token.ts';
import { isDid } from './identities/atproto-names.ts';
import { observedFetch, type RefreshReply } from './refresh-reply.ts';
import { type OriginalSignIn, validateRefreshedIdToken } from './refreshed-id-token.ts';
import { requestTokens } from './request-tokens.ts';
import { resourceParameter } from './resource-parameter.ts';
import type { RequestParameter, TokenEndpoint } from './token-endpoint.ts';
import type { TokenSet } from './token-set.ts';

/**
 * Spends a refresh token; the answer keeps the old one when the server sends no new one.
 *
 * `onReply` is told what the server answered before that is judged, and waited for: a new refresh token has to be kept
 * whatever is wrong with the rest.
 *
 * @see [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749.html#section-6)
 * @see [OpenID Connect Core §12.2](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse)
 */
export async function refreshTokens(
  endpoint: TokenEndpoint,
  refreshToken: Secret,
  more: OriginalSignIn & {
    readonly redirectUri?: string;
    /** More parameters of the request, such as a narrower scope. */
    readonly parameters?: readonly RequestParameter[];
    readonly onReply?: (reply: RefreshReply) => Promise<void>;
  },
): Promise<TokenSet> {
  const additionalParameters = new URLSearchParams((more.parameters ?? []).map(([...pair]) => pair));
  if (endpoint.provider.quirks.includes('refresh-repeats-redirect-uri') && more.redirectUri !== undefined) {
    additionalParameters.set('redirect_uri', more.redirectUri);
  }
  const resource = resourceParameter(endpoint.provider);
  if (resource !== undefined) {
    additionalParameters.set('resource', resource);
  }
  // The old refresh token may be spent by now. The new one must not be lost because the keys are out of reach.
  const spending = {
    ...endpoint,
    idTokenWithoutKeys: 'left-out' as const,
    fetch:
      more.onReply === undefined
        ? endpoint.fetch
        : observedFetch(
            endpoint.fetch,
            endpoint.provider.metadata.token_endpoint,
            endpoint.now,
            more.onReply,
          ),
  };
  const tokens = await requestTokens(spending, {
    send: (library, server, client, options) =>
      library.refreshTokenGrantRequest(
        server,
        client,
        authenticateClient(endpoint.client),
        refreshToken.reveal(),
        { ...options, additionalParameters },
      ),
    read: (library, server, client, response) =>
      library.processRefreshTokenResponse(server, client, response),
    // The old refresh token is spent by now. A wrong clock here must not cost the sign-in.
    clock: serverTime,
  }).catch((error: unknown) => {
    throw withLikelyReason(error, endpoint.provider);
  });
  if (tokens.idTokenClaims !== undefined) {
    validateRefreshedIdToken(tokens.idTokenClaims, more);
  }
  refuseOtherDid(tokens, more.subject, endpoint.provider);
  return tokens.refreshToken === undefined ? { ...tokens, refreshToken } : tokens;
}

/** Throws a `ProtocolError` for tokens of another person than the account's, where that one is a DID (AT Protocol OAuth). */
function refuseOtherDid(
  { subject }: TokenSet,
  known: string | undefined,
  { label }: Pick<Provider, 'label'>,
): void {
  if (!isDid(known) || subject === known) {
    return;
  }
  throw new ProtocolError(
    'protocol_subject_mismatch',
    `${label} answered the refresh with a token of somebody else than ${known}`,
    {
      hint: 'the token was not used; sign in again, and if it happens again, tell the operator of the server',
    },
  );
}

/** The server's own time where the clocks differ by more than is tolerated (RFC 9110 §6.6.1), else ours. */
function serverTime(response: Response, own: Date): Date {
  const instant = Date.parse(response.headers.get('date') ?? '');
  const isFarOff = Math.abs(instant - own.getTime()) > CLOCK_TOLERANCE_SECONDS * 1000;
  return isFarOff ? new Date(instant) : own;
}

/** The error of a refresh, with what is known of the provider that most likely led to it. */
function withLikelyReason(error: unknown, { refusals }: Pick<Provider, 'refusals'>): unknown {
  if (!(error instanceof AuthorizationServerError)) {
    return error;
  }
  const known = refusals?.find((refusal) => refusal.request === 'refresh' && refusal.error === error.error);
  if (known === undefined) {
    return error;
  }
  return error.with({ likelyReason: known.reason });
}
