import type { Context } from '../ground/context.ts';
import { AuthenticationRequiredError } from '../ground/errors.ts';
import { isInteractive } from '../ground/presence.ts';
import type { AuthorizationResponse, PageOutcome } from '../loopback/authorization-response.ts';
import type { CallbackExpectation } from '../loopback/callback-expectation.ts';
import { openLoopbackListener } from '../loopback/listener.ts';
import type { LoopbackNotice } from '../loopback/notice.ts';
import type { RedirectSettings } from '../settings/redirect-uri.ts';

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
    return openLoopbackListener({ ...redirect, ...expected, platform: context.platform, notice });
  }
  if (!isInteractive(context)) {
    throw new AuthenticationRequiredError(
      'person_required',
      `the redirect URI ${redirect.elsewhere} is not on this machine, and without a terminal nobody can paste the address that it leads to`,
      { hint: 'run the command in a terminal, or register a redirect URI such as http://127.0.0.1/callback' },
    );
  }
  return {
    redirectUri: redirect.elsewhere,
    startLink: (authorizationUri) => authorizationUri,
    startLinkOpened: new Promise(() => {}),
    response: new Promise(() => {}),
    finish: async () => {},
    close: async () => {},
  };
}
