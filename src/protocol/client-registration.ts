import type * as Library from 'oauth4webapi';
import { presentToken } from '../credential/token-presentation.ts';
import { AuthorizationServerError, ProtocolError } from '../ground/errors.ts';
import type { Fetch } from '../ground/fetch.ts';
import { libraryFetch } from '../ground/fetch.ts';
import { parsePlainJson, plainObject } from '../ground/plain-json.ts';
import { Secret } from '../ground/secret.ts';
import { checkEndpoint } from '../providers/endpoint.ts';
import type { ClientAuthentication, ResolvedProvider } from '../providers/provider.ts';
import { fromLibraryError } from './library-errors.ts';
import { CLIENT_NAME, type RegisteredClient, type RegistrationRequest } from './registered-client.ts';
import { refuseServerFailure } from './server-failure.ts';

/** A registration endpoint, and how to reach it. */
export interface RegistrationEndpoint {
  readonly provider: ResolvedProvider;
  readonly endpoint: string;
  readonly fetch: Fetch;
  readonly allowHttpLoopback: boolean;
}

/** The methods this tool can use, the weakest claim first: a native app keeps no secret (RFC 8252 §8.4). */
const authenticationMethods = ['none', 'client_secret_basic', 'client_secret_post'] as const;

/**
 * Registers a native client, as a public one first; with a secret where the server refuses that.
 *
 * Throws an `AuthorizationServerError` when the server registers nobody, a `ProtocolError` for a reply that is not what
 * was asked for, and a `NetworkError`.
 *
 * @see [RFC 7591 §3](https://www.rfc-editor.org/rfc/rfc7591.html#section-3)
 */
export async function registerDynamically(
  endpoint: RegistrationEndpoint,
  request: RegistrationRequest,
): Promise<RegisteredClient> {
  const offered = endpoint.provider.metadata.token_endpoint_auth_methods_supported;
  const confidential = authenticationMethods.slice(1).find((method) => offered?.includes(method) ?? true);
  try {
    return await register(endpoint, request, 'none');
  } catch (error) {
    const isRefused = error instanceof AuthorizationServerError && error.error === 'invalid_client_metadata';
    if (!isRefused || confidential === undefined) {
      throw error;
    }
    return register(endpoint, request, confidential);
  }
}

async function register(
  { provider, endpoint, fetch, allowHttpLoopback }: RegistrationEndpoint,
  { redirectUri, scopes }: RegistrationRequest,
  method: ClientAuthentication,
): Promise<RegisteredClient> {
  const library = await import('oauth4webapi');
  const what = `the registration endpoint of ${provider.label}`;
  const server = { issuer: provider.metadata.issuer, registration_endpoint: endpoint };
  const refreshes = provider.metadata.grant_types_supported?.includes('refresh_token');
  const metadata = {
    client_name: CLIENT_NAME,
    application_type: 'native',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', ...(refreshes === false ? [] : ['refresh_token'])],
    response_types: ['code'],
    token_endpoint_auth_method: method,
    ...(provider.dpop === 'required' ? { dpop_bound_access_tokens: true } : {}),
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
  };
  try {
    const response = await library.dynamicClientRegistrationRequest(server, metadata, {
      [library.customFetch]: libraryFetch(fetch),
      [library.allowInsecureRequests]: allowHttpLoopback,
    });
    refuseServerFailure(response, what);
    const reply = await library.processDynamicClientRegistrationResponse(await createdReply(response));
    return registeredClient(reply, redirectUri, method, { what, endpoint, allowHttpLoopback });
  } catch (error) {
    throw fromLibraryError(library, error, what);
  }
}

/**
 * Deviation: several servers answer 200 where RFC 7591 §3.2.1 wants 201, and some do not say when a client secret ends,
 * which then stands for never.
 */
async function createdReply(response: Response): Promise<Response> {
  if (response.status !== 200 && response.status !== 201) {
    return response;
  }
  const { headers } = response;
  const text = await response.text();
  const document = plainObject(parsePlainJson(text));
  const isEndMissing =
    document?.client_secret !== undefined && document.client_secret_expires_at === undefined;
  const body = isEndMissing ? JSON.stringify({ ...document, client_secret_expires_at: 0 }) : text;
  return new Response(body, { status: 201, headers });
}

function registeredClient(
  reply: Library.OmitSymbolProperties<Library.Client>,
  redirectUri: string,
  asked: ClientAuthentication,
  { what, ...at }: Pick<RegistrationEndpoint, 'endpoint' | 'allowHttpLoopback'> & { readonly what: string },
): RegisteredClient {
  const { redirect_uris: redirectUris, client_secret: secret } = reply;
  // A server may leave out members that it registered as asked for. A member that it sends counts (RFC 7591
  // §3.2.1).
  if (redirectUris !== undefined && !(Array.isArray(redirectUris) && redirectUris.includes(redirectUri))) {
    throw invalidReply(what, 'registered a different redirect URI from the one that was requested');
  }
  const grantTypes = reply.grant_types;
  if (Array.isArray(grantTypes) && !grantTypes.includes('authorization_code')) {
    throw invalidReply(what, 'did not register a client for the authorization code grant');
  }
  const method = authenticationMethods.find((known) => known === (reply.token_endpoint_auth_method ?? asked));
  if (method === undefined) {
    throw invalidReply(what, 'chose a client authentication that was not requested');
  }
  if (method !== 'none' && typeof secret !== 'string') {
    throw invalidReply(what, 'sent no client secret');
  }
  return {
    clientId: reply.client_id,
    clientAuthentication: method,
    ...(method !== 'none' && typeof secret === 'string'
      ? { clientSecret: new Secret(secret), ...expiryOf(reply.client_secret_expires_at) }
      : {}),
    ...managementOf(reply, at),
  };
}

/** Zero stands for a secret without end; what is no instant says nothing. */
function expiryOf(seconds: unknown): Pick<RegisteredClient, 'secretExpiresAt'> {
  if (typeof seconds !== 'number' || !(seconds > 0 && seconds < 8.64e12)) {
    return {};
  }
  return { secretExpiresAt: new Date(seconds * 1000) };
}

/**
 * Where the client can be deleted; `undefined` for an address that must not be used, or that is on another server.
 */
function managementOf(
  { registration_client_uri: uri, registration_access_token: token }: Readonly<Record<string, unknown>>,
  { endpoint, allowHttpLoopback }: Pick<RegistrationEndpoint, 'endpoint' | 'allowHttpLoopback'>,
): Pick<RegisteredClient, 'management'> {
  if (typeof uri !== 'string' || typeof token !== 'string' || token === '') {
    return {};
  }
  const checked = checkEndpoint(uri, { allowHttpLoopback });
  if ('fault' in checked || new URL(checked.href).origin !== new URL(endpoint).origin) {
    return {};
  }
  return { management: { uri: checked.href, token: new Secret(token) } };
}

function invalidReply(what: string, fault: string): ProtocolError {
  return new ProtocolError('protocol_invalid_response', `${what} ${fault}`, {
    hint: 'nothing was stored; register a client by hand, and give it with --client-id',
  });
}

/**
 * Deletes a client that this tool registered. Throws a `NetworkError` or an `AuthorizationServerError`.
 *
 * The status 401 has two meanings: the server does not know the client, or it does not accept the token. So it
 * proves neither.
 *
 * @see [RFC 7592 §2.3](https://www.rfc-editor.org/rfc/rfc7592.html#section-2.3)
 */
export async function deleteRegistration(
  { uri, token }: NonNullable<RegisteredClient['management']>,
  label: string,
  fetch: Fetch,
): Promise<void> {
  const what = `the client configuration endpoint of ${label}`;
  const { credentials } = presentToken({}, token, undefined);
  const response = await fetch(uri, { method: 'DELETE', headers: credentials });
  refuseServerFailure(response, what);
  if (response.ok || response.status === 404) {
    return;
  }
  if (response.status === 401) {
    throw new AuthorizationServerError(
      'invalid_token',
      `${what} answered 401: the client is gone there, or its registration access token is no longer accepted`,
      { hint: 'look for the client on the pages of the server, and delete it there', status: 401 },
    );
  }
  throw new AuthorizationServerError('invalid_request', `${what} answered ${response.status}`, {
    hint: 'the client may still be registered there; delete it on the pages of the server',
    status: response.status,
  });
}
