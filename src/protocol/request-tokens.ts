import type * as Library from 'oauth4webapi';
import { acceptedTokenTypes } from '../credential/credential.ts';
import { defined } from '../ground/defined.ts';
import { ProtocolError } from '../ground/errors.ts';
import { libraryFetch } from '../ground/fetch.ts';
import { Secret } from '../ground/secret.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import { decrypted } from './encrypted-jwt.ts';
import type { SentNonce } from './id-token.ts';
import { CLOCK_TOLERANCE_SECONDS } from './id-token.ts';
import { fromLibraryError } from './library-errors.ts';
import { sendBound } from './send-bound.ts';
import { type TokenEndpoint, tokenEndpointOf } from './token-endpoint.ts';
import { tokenSetFromResponse } from './token-response.ts';
import type { TokenSet } from './token-set.ts';
import { tolerantFetch } from './tolerant-fetch.ts';
import { verifyIdToken } from './verify-id-token.ts';

/** Seconds that two clocks may differ before a person is told. */
const NOTICEABLE_SECONDS = 300;

/** One exchange at the token endpoint: how its request is sent, and how the library reads the reply. */
export interface TokenExchangeSteps {
  readonly send: (
    library: typeof Library,
    server: Library.AuthorizationServer,
    client: Library.Client,
    options: Library.TokenEndpointRequestOptions,
  ) => Promise<Response>;
  /** Gets the reply without its ID Token, which is verified by itself. */
  readonly read: (
    library: typeof Library,
    server: Library.AuthorizationServer,
    client: Library.Client,
    response: Response,
  ) => Promise<Library.TokenEndpointResponse>;
  /** Absent: there was no authorization request. */
  readonly nonce?: SentNonce;
  /** The clock by which the ID Token is judged; that of this machine when absent. */
  readonly clock?: (response: Response, own: Date) => Date;
}

/**
 * Gives the tokens of one exchange at the token endpoint, whatever the grant: the provider's quirks are evened
 * out, and an ID Token that comes along is verified, signature included.
 *
 * `tokenTypes` are the types a token may have, in lower case (RFC 6749 §7.1). Throws an
 * `AuthorizationServerError`, a `ProtocolError` or a `NetworkError`.
 */
export async function requestTokens(
  endpoint: TokenEndpoint,
  exchange: TokenExchangeSteps,
  tokenTypes: readonly string[] = acceptedTokenTypes(endpoint.binding),
): Promise<TokenSet> {
  const library = await import('oauth4webapi');
  const { provider, binding } = endpoint;
  const client: Library.Client = { client_id: endpoint.client.clientId };
  const options = {
    [library.customFetch]: tolerantFetch(libraryFetch(endpoint.fetch), provider, tokenTypes),
    [library.allowInsecureRequests]: endpoint.allowHttpLoopback,
    ...(binding === undefined ? {} : { DPoP: await binding.key.handle() }),
  };
  try {
    const { metadata } = provider;
    const address = { endpoint: metadata.token_endpoint, what: tokenEndpointOf(endpoint) };
    const response = await sendBound(binding, address, () =>
      exchange.send(library, metadata, client, options),
    );
    const { bare, idToken: received } = await setIdTokenApart(response);
    const reply = await exchange.read(library, metadata, client, bare);
    const own = endpoint.now();
    const offset = clockOffset(response, own);
    const tokens = tokenSetFromResponse(reply, { endpoint, tokenTypes, clockOffset: offset });
    if (binding !== undefined || endpoint.clientCertificate !== undefined) {
      const { refuseForeignBinding } = await import('./token-confirmation.ts');
      await refuseForeignBinding(tokens.accessToken, endpoint);
    }
    if (received === undefined) {
      if (exchange.nonce?.sent !== undefined) {
        throw noIdToken(provider);
      }
      return tokens;
    }
    const idToken = await decrypted(received, endpoint.client, {
      name: 'the ID Token',
      code: 'protocol_invalid_id_token',
    });
    const now = exchange.clock?.(response, own) ?? own;
    const claims = await verifyIdToken(library, endpoint, {
      idToken,
      accessToken: reply.access_token,
      client: {
        ...client,
        [library.clockTolerance]: CLOCK_TOLERANCE_SECONDS,
        [library.clockSkew]: secondsAhead(now),
      },
      now,
      clockOffset: offset,
      ...defined({ nonce: exchange.nonce }),
    });
    return claims === undefined ? tokens : { ...tokens, idToken: new Secret(idToken), idTokenClaims: claims };
  } catch (error) {
    throw fromLibraryError(library, error, tokenEndpointOf(endpoint));
  }
}

/** A token response as two parts: the ID Token, and a response with everything else. */
async function setIdTokenApart(
  response: Response,
): Promise<{ readonly bare: Response; readonly idToken?: string }> {
  if (response.status !== 200) {
    return { bare: response };
  }
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  const { id_token: idToken, ...members }: Record<string, unknown> = { ...Object(body) };
  if (typeof idToken !== 'string') {
    return { bare: response };
  }
  return { bare: Response.json(members), idToken };
}

function noIdToken({ label }: ResolvedProvider): ProtocolError {
  return new ProtocolError(
    'protocol_invalid_response',
    `${label} sent no ID Token, although one was requested`,
    {
      hint: 'allow the scope openid in the registration of the client, or leave it out of the scopes (--scope)',
    },
  );
}

/**
 * Gives by how many seconds the clock of the server is ahead of ours (RFC 9110 §6.6.1), negative when behind;
 * `undefined` where it says no time, or differs by no more than five minutes.
 */
export function clockOffset(response: Response, now: Date): number | undefined {
  const seconds = Math.round((Date.parse(response.headers.get('date') ?? '') - now.getTime()) / 1000);
  return Math.abs(seconds) > NOTICEABLE_SECONDS ? seconds : undefined;
}

/** Gives how far an instant lies ahead of the clock that the library reads, in seconds. */
function secondsAhead(instant: Date): number {
  return Math.round((instant.getTime() - Date.now()) / 1000);
}
