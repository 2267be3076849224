import type { Context } from '../ground/context.ts';
import { durationText } from '../ground/duration.ts';
import { ConfigurationError, InputEndedError, NetworkError } from '../ground/errors.ts';
import { isLoopbackHost } from '../ground/loopback-host.ts';
import { isInteractive } from '../ground/presence.ts';
import type { AuthorizationResponse } from '../loopback/authorization-response.ts';
import type { CallbackExpectation } from '../loopback/callback-expectation.ts';
import { judgePastedResponse } from '../loopback/pasted-response.ts';
import { registeredRedirectUri } from '../settings/redirect-uri.ts';
import type { Callback } from './callback.ts';
import type { WaysBack } from './sign-in-progress.ts';
import type { CodeRequest } from './sign-in-request.ts';

/** Seconds after which a browser that was opened should have fetched the start link. */
const START_LINK_PATIENCE_SECONDS = 10;

/** How often the question for the address comes back after Ctrl-D. After that, it is not asked again. */
const CLOSINGS = 3;

/** A sign-in that waits for its authorization response. */
export interface Wait {
  readonly request: CodeRequest;
  readonly context: Context;
  readonly callback: Callback;
  readonly expected: CallbackExpectation;
  /** Seconds in which the address has to be opened; absent where it does not end. */
  readonly openWithin?: number;
}

/**
 * Waits for the listener, the paste and the clock, gives the first answer, and ends the others. Throws any error of
 * the family; `login_timeout` when nobody came back in time.
 *
 * @see [RFC 6749 §4.1.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.2)
 */
export async function waitForResponse(wait: Wait, authorizationUri: string): Promise<AuthorizationResponse> {
  const { request, context, callback } = wait;
  const startLink = callback.startLink(authorizationUri);
  const over = new AbortController();
  const stop = AbortSignal.any([context.signal, over.signal]);
  const ways = waysBack(wait, authorizationUri);
  request.progress.authorizationUri(authorizationUri, ways);
  const takenBack = new AbortController();
  let pasting: Promise<AuthorizationResponse> | undefined;
  const response = new Promise<AuthorizationResponse>((resolve, reject) => {
    const paste = () => {
      pasting ??= pastedResponse(wait, AbortSignal.any([stop, takenBack.signal]));
      pasting.then(resolve, (error: unknown) => {
        if (!takenBack.signal.aborted || stop.aborted) {
          reject(error);
          return;
        }
        request.progress.pasteTakenBack();
      });
    };
    callback.response.then(resolve, reject);
    deadline(wait, stop).catch(reject);
    if (ways.canPaste) {
      paste();
    }
    if (ways.opensBrowser && ways.surroundings === 'local') {
      // The browser of this machine is on its way, and comes back to the listener by itself.
      void callback.startLinkOpened.then(() => takenBack.abort());
    }
    if (ways.opensBrowser) {
      void watchBrowser(wait, startLink, stop, ways, paste);
    } else {
      loadForAnswer();
    }
  });
  try {
    return await response;
  } finally {
    over.abort();
    await pasting?.catch(() => {});
    request.progress.done();
  }
}

/** Whether the response stands in the address bar, and somebody can copy it from there. */
function isPasteable({ context, expected }: Pick<Wait, 'context' | 'expected'>): boolean {
  return isInteractive(context) && !('formOrigins' in expected);
}

function waysBack(wait: Wait, authorizationUri: string): WaysBack {
  const { request, context, callback, openWithin } = wait;
  const { provider, timeoutSeconds } = request;
  const opensBrowser = request.openBrowser && context.canOpenBrowser && callback.port !== undefined;
  const { hostname, port } = new URL(authorizationUri);
  // A local identity server is out of the browser's reach as well.
  const serverPorts = isLoopbackHost(hostname) ? [Number(port || 80)] : [];
  return {
    opensBrowser,
    redirectUri: callback.redirectUri,
    ports: callback.port === undefined ? [] : [callback.port, ...serverPorts],
    surroundings: context.surroundings,
    canPaste: isPasteable(wait) && !opensBrowser,
    offersDevice: provider.metadata.device_authorization_endpoint !== undefined,
    timeoutSeconds,
    ...(openWithin === undefined ? {} : { openWithin }),
  };
}

async function watchBrowser(
  wait: Wait,
  startLink: string,
  stop: AbortSignal,
  opened: WaysBack,
  paste: () => void,
): Promise<void> {
  const { request, context, callback } = wait;
  const ways = { ...opened, opensBrowser: false, canPaste: isPasteable(wait) };
  let isFetched = false;
  const fetched = callback.startLinkOpened.then(() => {
    isFetched = true;
    return true;
  });
  const failed = (error?: unknown) => {
    // A browser that ends after it has shown the page was closed by the person, who may go on in another one.
    if (stop.aborted || isFetched) {
      return;
    }
    request.progress.browserFailed(ways, error instanceof ConfigurationError ? error.message : undefined);
    if (ways.canPaste) {
      paste();
    }
  };
  try {
    const launch = await context.openBrowser(startLink);
    loadForAnswer();
    void launch.exited.then((code) => (code === 0 ? undefined : failed()));
    const late = context.clock.sleep(START_LINK_PATIENCE_SECONDS * 1000, stop).then(
      () => false,
      () => true,
    );
    if (await Promise.race([fetched, late])) {
      return;
    }
    request.progress.startLinkUnused(ways);
    if (ways.canPaste) {
      paste();
    }
  } catch (error) {
    failed(error);
  }
}

/** While the End-User is in the browser: the `fetch` parts of Node take 15 ms, and without discovery nothing had them loaded. */
function loadForAnswer(): void {
  void globalThis.Request;
}

/** Asks for the address until one is the answer; a wrong one explains itself and the wait goes on. */
async function pastedResponse(
  { request, callback, expected }: Wait,
  stop: AbortSignal,
): Promise<AuthorizationResponse> {
  const { progress, questions } = request;
  let closed = 0;
  return questions.pastedAddress(async (ask) => {
    for (;;) {
      const pasted = await ask(stop).catch((error: unknown) => {
        closed += 1;
        if (!(error instanceof InputEndedError) || closed > CLOSINGS) {
          throw error;
        }
        return undefined;
      });
      if (pasted === undefined) {
        // Without the question, the terminal would show what is pasted later.
        progress.pasteRefused('nothing was pasted; to stop, press Ctrl-C');
        continue;
      }
      const verdict = judgePastedResponse(pasted.reveal(), callback.redirectUri, expected);
      if (verdict.kind === 'accepted') {
        return verdict.response;
      }
      if (verdict.kind === 'failed') {
        throw verdict.error;
      }
      progress.pasteRefused(verdict.reason);
    }
  });
}

async function deadline({ request, context, callback }: Wait, stop: AbortSignal): Promise<never> {
  const seconds = request.timeoutSeconds;
  await context.clock.sleep(seconds * 1000, stop);
  const { label } = request.provider;
  const { clientId } = request.client;
  const used = callback.redirectUri;
  const registered = registeredRedirectUri(request.redirect);
  const suspect = request.isNewClient ? `check that the client ID is ${clientId} there, and ` : '';
  const port =
    registered === used
      ? ''
      : ', which means any port (if it does not there, register one with a port, and name it with --redirect-uri)';
  throw new NetworkError(
    'login_timeout',
    `nobody came back from ${label} within ${durationText(seconds)}; the redirect URI of this sign-in was ${used}`,
    {
      hint: `if ${label} showed an error page, ${suspect}register exactly ${registered} there${port}; --timeout waits longer`,
    },
  );
}
