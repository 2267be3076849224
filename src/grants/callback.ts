import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { AuthenticationRequiredError, NetworkError } from '../ground/errors.ts';
import { isInteractive } from '../ground/presence.ts';
import type { AuthorizationResponse, PageOutcome } from '../loopback/authorization-response.ts';
import type { CallbackExpectation } from '../loopback/callback-expectation.ts';
import { openLoopbackListener } from '../loopback/listener.ts';
import type { LoopbackNotice } from '../loopback/notice.ts';
import { randomId } from '../loopback/unguessable-text.ts';
import { type RedirectSettings, readRedirectUri } from '../settings/redirect-uri.ts';

/** The place the authorization response comes to: our listener, or an address registered elsewhere. */
export interface Callback {
  readonly redirectUri: string;
  /** The port we listen on; absent when the redirect URI is not ours to listen on. */
  readonly port?: number;
  startLink(authorizationUri: string): string;
  readonly startLinkOpened: Promise<void>;
  readonly response: Promise<AuthorizationResponse>;
  finish(outcome: PageOutcome): Promise<void>;
  close(): Promise<void>;
}

/** Opens the listener, or, for a redirect URI registered elsewhere, nothing: the person pastes the address. */
export async function openCallback(
  redirect: RedirectSettings,
  expected: CallbackExpectation,
  notice: (notice: LoopbackNotice) => void,
  context: Context,
): Promise<Callback> {
  if (!('elsewhere' in redirect)) {
    const { platform, program } = context;
    return openLoopbackListener({ ...redirect, ...expected, ...defined({ platform, program }), notice });
  }
  if (!isInteractive(context)) {
    throw new AuthenticationRequiredError(
      'person_required',
      `the redirect URI ${redirect.elsewhere} is not on this machine, and without a terminal nobody can paste the address that it leads to`,
      { hint: 'run the command in a terminal, or register a redirect URI such as http://127.0.0.1/callback' },
    );
  }
  return elsewhere(redirect.elsewhere);
}

/** A place that nobody here listens at. */
function elsewhere(redirectUri: string): Callback {
  return {
    redirectUri,
    startLink: (authorizationUri) => authorizationUri,
    startLinkOpened: new Promise(() => {}),
    response: new Promise(() => {}),
    finish: async () => {},
    close: async () => {},
  };
}

/**
 * The redirect URI of a sign-in at which nobody listens yet. Where any port will do, it is one that is free now.
 *
 * Throws a `NetworkError`, `network_port_in_use`, when none of the ports can be had.
 */
export async function unheardCallback(
  redirect: RedirectSettings,
  { platform }: Pick<Context, 'platform'>,
): Promise<string> {
  if ('elsewhere' in redirect) {
    return redirect.elsewhere;
  }
  const nothing = { state: randomId(), issuerRequired: false, providerLabel: '', refuseUnconfirmed: true };
  const listener = await openLoopbackListener({ ...redirect, ...nothing, platform });
  listener.response.catch(() => {});
  await listener.close();
  return listener.redirectUri;
}

/**
 * Opens the listener for a redirect URI that was given out before. Where another process has its port, the response can
 * only be pasted.
 */
export async function reopenCallback(
  redirectUri: string,
  expected: CallbackExpectation,
  notice: (notice: LoopbackNotice) => void,
  { platform }: Pick<Context, 'platform'>,
): Promise<Callback> {
  const redirect = readRedirectUri(redirectUri);
  if (redirect === undefined || 'elsewhere' in redirect) {
    return elsewhere(redirectUri);
  }
  try {
    return await openLoopbackListener({ ...redirect, ...expected, platform, notice });
  } catch (error) {
    if (error instanceof NetworkError && error.code === 'network_port_in_use') {
      return elsewhere(redirectUri);
    }
    throw error;
  }
}
