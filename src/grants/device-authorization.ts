import type { Context } from '../context.ts';
import { AuthorizationServerError, NetworkError, ProtocolError } from '../errors.ts';
import {
  type DeviceAuthorization,
  noDeviceGrant,
  requestDeviceAuthorization,
} from '../protocol/device-authorization.ts';
import { exchangeDeviceCode } from '../protocol/device-code-exchange.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import type { Provider } from '../providers/provider.ts';
import { isInteractive } from '../system/presence.ts';
import type { SignInGrant } from './sign-in-grant.ts';

/** Seconds added to the interval by `slow_down`, for good (RFC 8628 §3.5). */
const SLOW_DOWN_SECONDS = 5;
/** Longest pause between two polls, in seconds, that is taken because of the network; the server may ask for a longer one. */
const LONGEST_BACK_OFF_SECONDS = 60;
/** Seconds between two words about the time that is left. */
const TICK_SECONDS = 1;

/**
 * Signs in on another device: shows a code, and asks the token endpoint until the person has entered it.
 *
 * Throws `as_access_denied`, `as_expired_token` and whatever else the server answers; a network that is down for
 * a while does not end the wait (RFC 8628 §3.5).
 *
 * @see [RFC 8628](https://www.rfc-editor.org/rfc/rfc8628.html)
 */
export async function deviceAuthorization(grant: SignInGrant, context: Context): Promise<void> {
  const { provider, settings } = grant;
  const endpoint = {
    provider,
    client: grant.client,
    fetch: grant.fetch,
    allowHttpLoopback: settings.allowHttpLoopback,
    now: () => context.clock.now(),
    requestedScopes: grant.scopes,
  };
  const authorization = await requestDeviceAuthorization(endpoint);
  await confirmVerificationHost(authorization, grant, context);
  grant.progress.userCode(authorization);
  try {
    const tokens = await poll(
      grant,
      authorization,
      () => exchangeDeviceCode(endpoint, authorization.deviceCode),
      context,
    );
    await grant.conclude(tokens, { browser: 'start-link-unused' });
  } finally {
    grant.progress.done();
  }
}

/** Throws a `ConfigurationError` when the provider has no device authorization endpoint. */
export function requireDeviceGrant(provider: Pick<Provider, 'label' | 'device' | 'endpoints'>): void {
  if (provider.endpoints.device_authorization_endpoint === undefined) throw noDeviceGrant(provider);
}

async function poll(
  grant: SignInGrant,
  authorization: DeviceAuthorization,
  exchange: () => Promise<TokenSet>,
  context: Context,
): Promise<TokenSet> {
  const end = context.clock.monotonic() + authorization.expiresIn * 1000;
  let interval = authorization.interval;
  for (;;) {
    await pause(interval, end, grant, context);
    try {
      return await exchange();
    } catch (error) {
      context.signal.throwIfAborted();
      if (error instanceof NetworkError) {
        grant.progress.pollFailed();
        interval = Math.max(interval, Math.min(interval * 2, LONGEST_BACK_OFF_SECONDS));
      } else if (!(error instanceof AuthorizationServerError)) {
        throw error;
      } else if (error.error === 'slow_down') {
        interval = Math.max(interval + SLOW_DOWN_SECONDS, error.interval ?? 0);
        if ((error.interval ?? 0) >= authorization.expiresIn) throw noFurtherPoll(grant);
      } else if (error.error !== 'authorization_pending') {
        throw error;
      }
    }
  }
}

/** Waits for the interval, telling what is left; ends with `as_expired_token` when the code has expired meanwhile. */
async function pause(interval: number, end: number, grant: SignInGrant, context: Context): Promise<void> {
  const until = context.clock.monotonic() + interval * 1000;
  for (;;) {
    const now = context.clock.monotonic();
    if (now >= end) throw expired(grant);
    if (now >= until) return;
    grant.progress.remaining(Math.ceil((end - now) / 1000));
    await context.clock.sleep(Math.min(TICK_SECONDS * 1000, until - now, end - now), context.signal);
  }
}

function expired({ provider }: SignInGrant): AuthorizationServerError {
  return new AuthorizationServerError('expired_token', `the code for ${provider.label} has expired`, {
    hint: 'run the command again for a new code',
  });
}

/** The person may be entering the code at this moment, and nobody would hear of it. */
function noFurtherPoll({ provider }: SignInGrant): ProtocolError {
  return new ProtocolError(
    'protocol_invalid_response',
    `${provider.label} allows no further poll while its code is good`,
    { hint: 'nothing was stored; sign in with a browser instead, or tell the operator of the server' },
  );
}

/** The page has to be the provider's own; another host is shown in full and confirmed, or refused (T31). */
async function confirmVerificationHost(
  { verificationUri }: DeviceAuthorization,
  { provider }: SignInGrant,
  context: Context,
): Promise<void> {
  const { host } = new URL(verificationUri);
  const own = [provider.metadata.issuer, provider.metadata.authorization_endpoint]
    .filter((uri) => uri !== undefined)
    .map((uri) => new URL(uri).host);
  if ([...own, ...(provider.device?.verificationHosts ?? [])].includes(host)) return;
  if (isInteractive(context)) {
    const prompts = await context.openPrompts();
    const question = `${provider.label} sends you to a page of another host, ${host}. Does it belong to it?`;
    if (await prompts.confirm(question, false)) return;
  }
  throw new ProtocolError(
    'protocol_invalid_response',
    `${provider.label} wants the code to be entered at ${host}, which is not its own host`,
    { hint: 'sign in with a browser instead, or ask the operator of the server' },
  );
}
