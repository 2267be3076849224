import type { Context } from '../ground/context.ts';
import { ProtocolError } from '../ground/errors.ts';
import { isInteractive } from '../ground/presence.ts';
import type { Secret } from '../ground/secret.ts';
import { newAttempt } from '../protocol/attempt.ts';
import type { OAuthClient } from '../protocol/client-authentication.ts';
import {
  type DeviceAuthorization,
  noDeviceGrantError,
  requestDeviceAuthorization,
} from '../protocol/device-authorization.ts';
import { exchangeDeviceCode } from '../protocol/device-code-exchange.ts';
import { findAuthentication } from '../protocol/found-authentication.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import type { Provider } from '../providers/provider.ts';
import { type Polling, pollForTokens } from './device-polling.ts';
import { type DeviceRequest, type GrantedSignIn, tokenEndpointFor } from './sign-in-request.ts';

/**
 * Signs in on another device: shows a code, and asks the token endpoint until the person has entered it.
 *
 * Throws `as_access_denied`, `as_expired_token`, `login_timeout` where a shorter time was asked for, and whatever else the server answers; a network that is down for
 * a while does not end the wait (RFC 8628 §3.5).
 *
 * @see [RFC 8628](https://www.rfc-editor.org/rfc/rfc8628.html)
 */
export async function deviceAuthorization(request: DeviceRequest, context: Context): Promise<GrantedSignIn> {
  const { authorization, codeVerifier, client } = await requestDeviceCode(request, context);
  const timeoutSeconds = waitSeconds(authorization, request);
  request.progress.userCode({ ...authorization, timeoutSeconds });
  return waitForDevice({ ...request, client }, { ...authorization, timeoutSeconds, codeVerifier }, context);
}

/** A code that was asked for, the verifier that goes with it, and the client that the server knew. */
export interface RequestedDeviceCode {
  readonly authorization: DeviceAuthorization;
  readonly codeVerifier: string | undefined;
  readonly client: OAuthClient;
}

/** Asks for a device code and a user code. Throws as `deviceAuthorization` does. */
export async function requestDeviceCode(
  request: DeviceRequest,
  context: Context,
): Promise<RequestedDeviceCode> {
  const { provider } = request;
  const authentication = findAuthentication(tokenEndpointFor(request, context));
  const policy = provider.pkce === 'required' ? 'required' : 'never';
  const { pkce } = await newAttempt({ pkce: policy, quirks: provider.quirks }, []);
  const authorization = await authentication.send((endpoint) =>
    requestDeviceAuthorization(endpoint, pkce?.codeChallenge),
  );
  await confirmVerificationHost(authorization, request, context);
  const found = authentication.client();
  // The endpoint may know a client by its name alone; then the other method is still open at the token endpoint.
  const isSame = found.clientAuthentication === request.client.clientAuthentication;
  return { authorization, codeVerifier: pkce?.codeVerifier, client: isSame ? request.client : found };
}

/** A device code, and how it is waited for. */
export interface DeviceWait extends Polling {
  readonly deviceCode: Secret;
  readonly codeVerifier: string | undefined;
}

/** Polls until the person has entered the code. Throws as `pollForTokens` does. */
export async function waitForDevice(
  request: DeviceRequest,
  wait: DeviceWait,
  context: Context,
): Promise<GrantedSignIn> {
  const { exchange, client } = deviceExchange(request, wait, context);
  try {
    return granted(await pollForTokens(request, wait, exchange, context), client());
  } finally {
    request.progress.done();
  }
}

/** Polls once. Throws what the server answers, `authorization_pending` included. */
export async function askForDevice(
  request: DeviceRequest,
  code: Pick<DeviceWait, 'deviceCode' | 'codeVerifier'>,
  context: Context,
): Promise<GrantedSignIn> {
  const { exchange, client } = deviceExchange(request, code, context);
  return granted(await exchange(), client());
}

function deviceExchange(
  request: DeviceRequest,
  { deviceCode, codeVerifier }: Pick<DeviceWait, 'deviceCode' | 'codeVerifier'>,
  context: Context,
) {
  const authentication = findAuthentication(tokenEndpointFor(request, context));
  return {
    exchange: () => authentication.send((endpoint) => exchangeDeviceCode(endpoint, deviceCode, codeVerifier)),
    client: () => authentication.client(),
  };
}

function granted(tokens: TokenSet, client: OAuthClient): GrantedSignIn {
  return { tokens, facts: { client, browser: 'start-link-unused' }, finish: async () => {} };
}

/** Throws a `ConfigurationError` when the provider has no device authorization endpoint. */
export function requireDeviceGrant(provider: Pick<Provider, 'label' | 'device' | 'endpoints'>): void {
  if (provider.endpoints.device_authorization_endpoint === undefined) {
    throw noDeviceGrantError(provider);
  }
}

/** As long as the code lives, or as `--timeout` says when that is shorter. */
function waitSeconds({ expiresIn }: DeviceAuthorization, request: DeviceRequest): number {
  return request.timeoutNamed ? Math.min(expiresIn, request.timeoutSeconds) : expiresIn;
}

/** The page has to be the provider's own; another host is shown in full and confirmed, or refused (T31). */
async function confirmVerificationHost(
  { verificationUri }: DeviceAuthorization,
  { provider, questions }: DeviceRequest,
  context: Context,
): Promise<void> {
  const { host } = new URL(verificationUri);
  const own = [provider.metadata.issuer, provider.metadata.authorization_endpoint]
    .filter((uri) => uri !== undefined)
    .map((uri) => new URL(uri).host);
  if ([...own, ...(provider.device?.verificationHosts ?? [])].includes(host)) {
    return;
  }
  if (isInteractive(context) && (await questions.isHostOfProvider(host))) {
    return;
  }
  throw new ProtocolError(
    'protocol_invalid_response',
    `${provider.label} wants you to enter the code at ${host}, which is not its own host`,
    { hint: 'sign in with a browser instead, or ask the operator of the server' },
  );
}
