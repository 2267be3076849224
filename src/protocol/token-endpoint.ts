import type * as Library from 'oauth4webapi';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { OAuthClient } from './client-authentication.ts';
import { clockOffset, secondsAhead } from './clock-skew.ts';
import { CLOCK_TOLERANCE_SECONDS } from './id-token.ts';
import { verifyIdTokenSignature } from './id-token-signature.ts';
import { fromLibraryError } from './library-errors.ts';
import { type Fetch, libraryFetch } from './library-fetch.ts';
import { tokenSetFromResponse } from './token-response.ts';
import type { TokenSet } from './token-set.ts';
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
    const expected = { endpoint, tokenTypes, now, clockOffset: clockOffset(response, endpoint.now()) };
    const claims = library.getValidatedIdTokenClaims(reply);
    if (claims !== undefined && !(await verifyIdTokenSignature(library, response, server, endpoint))) {
      const { id_token: _unverified, ...tokens } = reply;
      return tokenSetFromResponse(tokens, undefined, expected);
    }
    return tokenSetFromResponse(reply, claims, expected);
  } catch (error) {
    throw fromLibraryError(library, error, tokenEndpointOf(endpoint));
  }
}

/** The token endpoint in the words of an error. */
export function tokenEndpointOf({ provider }: TokenEndpoint): string {
  return `the token endpoint of ${provider.label}`;
}
