import type { Context } from '../ground/context.ts';
import { NetworkError } from '../ground/errors.ts';
import type { Secret } from '../ground/secret.ts';
import type { VerifierExpectation } from '../loopback/callback-expectation.ts';
import { openLoopbackListener } from '../loopback/listener.ts';
import { randomId } from '../loopback/unguessable-text.ts';
import { type LoopbackRedirect, readRedirectUri } from '../settings/redirect-uri.ts';

/** The session of a person at a provider, in the browser. */
export interface SessionToEnd {
  readonly label: string;
  /** `end_session_endpoint` (OpenID Connect RP-Initiated Logout 1.0 §2.1). */
  readonly endpoint: string;
  readonly clientId: string;
  /** Tells the provider whose session it is. */
  readonly idToken?: Secret;
  /** The redirect URI of the sign-in, which most providers take after a logout too. */
  readonly redirectUri?: string;
}

/** `confirmed`: the browser has come back. `sent`: it was sent there, and nothing tells what the person did. */
export type EndedSession = 'confirmed' | 'sent';

/** Seconds that the person has. */
const PATIENCE_SECONDS = 300;

/**
 * Sends the browser to the provider, to end the session there. The ID Token travels through a link of the listener, so
 * that it stands on no command line and in no terminal. `tell` is given that link.
 *
 * Throws a `NetworkError`, `login_timeout`, when the browser does not come back.
 *
 * @see [OpenID Connect RP-Initiated Logout 1.0 §2](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout)
 */
export async function endSession(
  session: SessionToEnd,
  tell: (link: string) => void,
  context: Context,
): Promise<EndedSession> {
  const state = randomId();
  const redirect = redirectOf(session);
  const listener = await openLoopbackListener({
    ...(redirect ?? { host: '127.0.0.1', path: '/callback', ports: [0] }),
    ...stateAlone(state, session.label),
    platform: context.platform,
  });
  listener.response.catch(() => {});
  const over = new AbortController();
  try {
    const link = listener.startLink(
      endSessionUri(session, redirect === undefined ? undefined : listener.redirectUri, state),
    );
    tell(link);
    if (context.canOpenBrowser) {
      // A browser that cannot be opened is no end: the person has the link.
      void context.openBrowser(link).catch(() => {});
    }
    const ended: Promise<EndedSession> =
      redirect === undefined
        ? listener.startLinkOpened.then(() => 'sent')
        : listener.response.then(() => 'confirmed');
    const late = context.clock
      .sleep(PATIENCE_SECONDS * 1000, AbortSignal.any([over.signal, context.signal]))
      .then(() => Promise.reject(notBack(session, listener.redirectUri)));
    const outcome = await Promise.race([ended, late]);
    await listener.finish({ kind: 'signed-out', provider: session.label });
    return outcome;
  } finally {
    over.abort();
    await listener.close();
  }
}

/** The redirect URI of the sign-in, on the same port or else on any; `undefined` where it is not on this machine. */
function redirectOf({ redirectUri = '' }: SessionToEnd): LoopbackRedirect | undefined {
  const redirect = readRedirectUri(redirectUri);
  return redirect === undefined || 'elsewhere' in redirect
    ? undefined
    : { ...redirect, ports: [...redirect.ports, 0] };
}

function endSessionUri(
  { endpoint, clientId, idToken }: SessionToEnd,
  redirectUri: string | undefined,
  state: string,
): string {
  const uri = new URL(endpoint);
  uri.searchParams.set('client_id', clientId);
  if (idToken !== undefined) {
    uri.searchParams.set('id_token_hint', idToken.reveal());
  }
  if (redirectUri !== undefined) {
    uri.searchParams.set('post_logout_redirect_uri', redirectUri);
    uri.searchParams.set('state', state);
  }
  return uri.href;
}

/** What comes back after a logout is the `state` and nothing else (§3), as from a server that sends no verifier. */
function stateAlone(state: string, providerLabel: string): VerifierExpectation {
  return {
    state,
    temporaryCredential: () => state,
    isWithoutVerifier: true,
    providerLabel,
    refuseUnconfirmed: false,
  };
}

function notBack({ label }: SessionToEnd, redirectUri: string): NetworkError {
  return new NetworkError('login_timeout', `the browser did not come back from the sign-out at ${label}`, {
    hint: `if ${label} showed an error page, register ${redirectUri} there as a post logout redirect URI; here you are signed out`,
  });
}
