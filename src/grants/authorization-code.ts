import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { openCallback } from './callback.ts';
import { addressRequest, expectationOf, newCodeAttempt, redeemCode } from './code-attempt.ts';
import { lastPage } from './last-page.ts';
import type { CodeRequest, GrantedSignIn, SignInOutcome } from './sign-in-request.ts';
import { waitForResponse } from './wait-for-response.ts';

/**
 * Signs in with the authorization code grant and PKCE; the answer comes back to a loopback listener, or is
 * pasted by the person where the browser is on another machine: whichever is first.
 *
 * The browser waits for its last page until `finish` says how it ended, so the page tells the truth.
 * Throws any error of the family; `login_timeout` when nobody came back in time.
 *
 * @see [RFC 8252 §7.3](https://www.rfc-editor.org/rfc/rfc8252.html#section-7.3)
 * @see [RFC 6749 §4.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1)
 */
export async function authorizationCode(request: CodeRequest, context: Context): Promise<GrantedSignIn> {
  const attempt = await newCodeAttempt(request, context);
  const expected = expectationOf(attempt, request, context);
  const callback = await openCallback(request.redirect, expected, request.progress.listenerNotice, context);
  const finish = async (outcome: SignInOutcome): Promise<void> => {
    try {
      await callback.finish(lastPage(outcome, request));
    } finally {
      await callback.close();
    }
  };
  try {
    const { redirectUri } = callback;
    const { uri, client, expiresIn } = await addressRequest(attempt, request, redirectUri, context);
    const wait = { request, context, callback, expected, ...defined({ openWithin: expiresIn }) };
    const response = await waitForResponse(wait, uri);
    const granted = await redeemCode(attempt, response, { ...request, client, redirectUri }, context);
    return { ...granted, finish };
  } catch (error) {
    await finish({ kind: 'failed', error });
    throw error;
  }
}
