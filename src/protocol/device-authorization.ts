import type * as Library from 'oauth4webapi';
import { ConfigurationError, ProtocolError } from '../ground/errors.ts';
import { libraryFetch } from '../ground/fetch.ts';
import { isLoopbackHost } from '../ground/loopback-host.ts';
import { Secret } from '../ground/secret.ts';
import type { Provider } from '../providers/provider.ts';
import { authenticateClient, type OAuthClient } from './client-authentication.ts';
import { deviceRefusal } from './device-refusal.ts';
import { isJson } from './server-failure.ts';
import type { TokenEndpoint } from './token-endpoint.ts';
import { tolerantFetch } from './tolerant-fetch.ts';

/** A device authorization response whose every member was checked (RFC 8628 §3.2). */
export interface DeviceAuthorization {
  readonly deviceCode: Secret;
  readonly userCode: string;
  /** As the URL parser writes it: nothing in it can move a terminal's cursor. */
  readonly verificationUri: string;
  /** The same page with the code in it (RFC 8628 §3.3.1), where the server gives one of the same origin. */
  readonly verificationUriComplete?: string;
  /** Seconds. */
  readonly expiresIn: number;
  /** Seconds between two polls; the first one comes while the code is good. */
  readonly interval: number;
}

/** Seconds between two polls when the server says nothing (RFC 8628 §3.2), and the least we ever take. */
const LEAST_INTERVAL_SECONDS = 5;
/** Longest life of a code that is waited for, in seconds. */
const LONGEST_LIFE_SECONDS = 1800;

/**
 * Asks for a device code and a user code. A challenge of PKCE (S256) goes along where one is given: some servers demand
 * it of every grant with a person, and others ignore what they do not know (RFC 6749 §3.2).
 *
 * Throws an `AuthorizationServerError`, a `NetworkError`, and a `ProtocolError` for a reply that must not be shown.
 *
 * @see [RFC 8628 §3.1](https://www.rfc-editor.org/rfc/rfc8628.html#section-3.1)
 */
export async function requestDeviceAuthorization(
  endpoint: TokenEndpoint,
  codeChallenge?: string,
): Promise<DeviceAuthorization> {
  const library = await import('oauth4webapi');
  const { provider } = endpoint;
  const what = `the device authorization endpoint of ${provider.label}`;
  const client: Library.Client = { client_id: endpoint.client.clientId };
  const { clientId } = endpoint.client;
  const challenge: Record<string, string> =
    codeChallenge === undefined ? {} : { code_challenge: codeChallenge, code_challenge_method: 'S256' };
  const presented: OAuthClient = provider.device?.authenticatesWhilePolling
    ? { clientId, clientAuthentication: 'none' }
    : endpoint.client;
  try {
    const response = await library.deviceAuthorizationRequest(
      provider.metadata,
      client,
      authenticateClient(presented),
      new URLSearchParams({ ...deviceScope(endpoint), ...challenge }),
      {
        [library.customFetch]: tolerantFetch(libraryFetch(endpoint.fetch), provider),
        [library.allowInsecureRequests]: endpoint.allowHttpLoopback,
      },
    );
    if (response.status === 404 && !isJson(response)) {
      throw noDeviceGrantError(provider);
    }
    const reply = await library.processDeviceAuthorizationResponse(provider.metadata, client, response);
    return deviceAuthorizationFromResponse(reply, endpoint.allowHttpLoopback, provider.label);
  } catch (error) {
    throw deviceRefusal(library, error, what, provider.device);
  }
}

/** The error for a server without this grant. */
export function noDeviceGrantError(provider: Pick<Provider, 'label' | 'device'>): ConfigurationError {
  const since = provider.device?.since;
  return new ConfigurationError(
    'config_no_device_grant',
    `${provider.label} does not offer the device grant`,
    {
      hint: `run the command again without --device, to sign in with a browser${since === undefined ? '' : `; it needs ${since} or later`}`,
    },
  );
}

function deviceAuthorizationFromResponse(
  reply: Library.DeviceAuthorizationResponse,
  allowHttpLoopback: boolean,
  label: string,
): DeviceAuthorization {
  const refused = (what: string) =>
    new ProtocolError('protocol_invalid_response', `the device authorization response of ${label} ${what}`, {
      hint: 'nothing was shown or stored; sign in with a browser instead, or tell the operator of the server',
    });
  if (!/^[\x21-\x7e]{1,65536}$/.test(reply.device_code)) {
    throw refused('has a malformed device_code');
  }
  if (!/^[A-Za-z0-9 ._-]{1,32}$/.test(reply.user_code)) {
    throw refused('has a user_code that cannot be shown');
  }
  if (!(reply.expires_in > 0)) {
    throw refused('has no sensible expires_in');
  }
  const uri = URL.canParse(reply.verification_uri) ? new URL(reply.verification_uri) : undefined;
  const isLocal = uri?.protocol === 'http:' && allowHttpLoopback && isLoopbackHost(uri.hostname);
  if (uri === undefined || (uri.protocol !== 'https:' && !isLocal)) {
    throw refused('names a page that is not https');
  }
  if (uri.username !== '' || uri.password !== '' || uri.href.length > 2048) {
    throw refused('names a page whose address must not be shown');
  }
  const expiresIn = Math.min(reply.expires_in, LONGEST_LIFE_SECONDS);
  // The interval is never shortened. A server may refuse faster polls, or take them for an attack.
  const interval = Math.max(reply.interval ?? 0, LEAST_INTERVAL_SECONDS);
  if (interval >= expiresIn) {
    throw refused('allows no request before its code expires');
  }
  return {
    deviceCode: new Secret(reply.device_code),
    userCode: reply.user_code,
    verificationUri: uri.href,
    ...completeUri(reply.verification_uri_complete, uri),
    expiresIn,
    interval,
  };
}

/** Nothing depends on it, so one that is not of the page's own origin is left out. */
function completeUri(
  text: string | undefined,
  { origin }: URL,
): Pick<DeviceAuthorization, 'verificationUriComplete'> {
  const uri = text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
  const isFit =
    uri?.origin === origin && uri.username === '' && uri.password === '' && uri.href.length <= 2048;
  return isFit ? { verificationUriComplete: uri.href } : {};
}

/** The scope parameter of the device authorization request, by the name it has there; empty without scopes. */
export function deviceScope({
  provider,
  requestedScopes,
}: Pick<TokenEndpoint, 'provider' | 'requestedScopes'>): Record<string, string> {
  const scope = requestedScopes.join(provider.scopeSeparator);
  return scope === '' ? {} : { [provider.device?.scopeParameter ?? 'scope']: scope };
}
