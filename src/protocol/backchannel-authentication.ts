import type * as Library from 'oauth4webapi';
import { ConfigurationError, ProtocolError } from '../ground/errors.ts';
import { libraryFetch } from '../ground/fetch.ts';
import { Secret } from '../ground/secret.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import { authenticateClient } from './client-authentication.ts';
import { fromLibraryError } from './library-errors.ts';
import { requestTokens } from './request-tokens.ts';
import { refuseServerFailure } from './server-failure.ts';
import type { TokenEndpoint } from './token-endpoint.ts';
import type { TokenSet } from './token-set.ts';
import { tolerantFetch } from './tolerant-fetch.ts';

/** Whom the server asks, and what it shows there. */
export interface BackchannelRequest {
  /** The user name, e-mail address or the like of the person. */
  readonly loginHint: string;
  /** A short text that the person sees on the device and here. */
  readonly bindingMessage?: string;
}

/** A request that was taken; the server asks the person now. */
export interface BackchannelAuthentication {
  readonly authReqId: Secret;
  /** Seconds. */
  readonly expiresIn: number;
  /** Seconds between two polls. */
  readonly interval: number;
}

/** Seconds between two polls when the server says nothing (CIBA Core §7.3), and the least we ever take. */
const LEAST_INTERVAL_SECONDS = 5;
/** Longest life of a request that is waited for, in seconds. */
const LONGEST_LIFE_SECONDS = 1800;

/**
 * Asks the server to ask a person on a device of theirs.
 *
 * Throws an `AuthorizationServerError`, a `NetworkError`, and a `ProtocolError` for a malformed reply.
 *
 * @see [CIBA Core §7.1](https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#auth_request)
 */
export async function requestBackchannelAuthentication(
  endpoint: TokenEndpoint,
  { loginHint, bindingMessage }: BackchannelRequest,
): Promise<BackchannelAuthentication> {
  const library = await import('oauth4webapi');
  const { provider, requestedScopes } = endpoint;
  const where = `the backchannel authentication endpoint of ${provider.label}`;
  const client: Library.Client = { client_id: endpoint.client.clientId };
  const parameters = new URLSearchParams({
    scope: requestedScopes.join(provider.scopeSeparator),
    login_hint: loginHint,
    ...(bindingMessage === undefined ? {} : { binding_message: bindingMessage }),
  });
  try {
    const response = await library.backchannelAuthenticationRequest(
      provider.metadata,
      client,
      authenticateClient(endpoint.client),
      parameters,
      {
        [library.customFetch]: tolerantFetch(libraryFetch(endpoint.fetch), provider),
        [library.allowInsecureRequests]: endpoint.allowHttpLoopback,
      },
    );
    refuseServerFailure(response, where);
    const reply = await library.processBackchannelAuthenticationResponse(provider.metadata, client, response);
    return authenticationOf(reply, provider);
  } catch (error) {
    throw fromLibraryError(library, error, where);
  }
}

/**
 * Asks once for the tokens. `authorization_pending` and `slow_down` come as `AuthorizationServerError`.
 *
 * @see [CIBA Core §10.1](https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#token_request)
 */
export async function exchangeAuthReqId(endpoint: TokenEndpoint, authReqId: Secret): Promise<TokenSet> {
  return requestTokens(endpoint, {
    send: (library, server, client, options) =>
      library.backchannelAuthenticationGrantRequest(
        server,
        client,
        authenticateClient(endpoint.client),
        authReqId.reveal(),
        options,
      ),
    read: (library, server, client, response) =>
      library.processBackchannelAuthenticationGrantResponse(server, client, response),
  });
}

/** Throws a `ConfigurationError` for a server that asks nobody on a device, or tells the outcome by push or ping only. */
export function requireBackchannel({
  label,
  endpoints,
  metadata,
}: Pick<ResolvedProvider, 'label' | 'endpoints' | 'metadata'>): void {
  const modes = metadata.backchannel_token_delivery_modes_supported;
  const isPolled = modes === undefined || modes.includes('poll');
  if (endpoints.backchannel_authentication_endpoint !== undefined && isPolled) {
    return;
  }
  throw new ConfigurationError(
    'config_unsupported_server',
    endpoints.backchannel_authentication_endpoint === undefined
      ? `${label} asks nobody on a device of theirs (CIBA)`
      : `${label} has CIBA without the mode poll`,
    { hint: 'run the command again without --ciba, to sign in with a browser' },
  );
}

function authenticationOf(
  { auth_req_id, expires_in, interval }: Library.BackchannelAuthenticationResponse,
  { label }: Pick<ResolvedProvider, 'label'>,
): BackchannelAuthentication {
  const refused = (what: string) =>
    new ProtocolError('protocol_invalid_response', `the reply of ${label} to the CIBA request ${what}`, {
      hint: 'nothing was stored; sign in with a browser instead, or tell the operator of the server',
    });
  if (!/^[\w.~+/=-]{1,8192}$/.test(auth_req_id)) {
    throw refused('has a malformed auth_req_id');
  }
  if (!(expires_in > 0)) {
    throw refused('has no sensible expires_in');
  }
  const expiresIn = Math.min(expires_in, LONGEST_LIFE_SECONDS);
  const pause = Math.max(interval ?? 0, LEAST_INTERVAL_SECONDS);
  if (pause >= expiresIn) {
    throw refused('allows no request for the tokens before it expires');
  }
  return { authReqId: new Secret(auth_req_id), expiresIn, interval: pause };
}
