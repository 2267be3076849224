import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { isInteractive } from '../ground/presence.ts';
import type { CallbackExpectation } from '../loopback/callback-expectation.ts';
import { newAttempt } from '../protocol/attempt.ts';
import { buildAuthorizationUri } from '../protocol/authorization-request.ts';
import { exchangeCode } from '../protocol/code-exchange.ts';
import { findAuthentication } from '../protocol/found-authentication.ts';
import { maxAgeOf } from '../protocol/max-age.ts';
import { resourceParameter } from '../protocol/resource-parameter.ts';
import { openCallback } from './callback.ts';
import { lastPage } from './last-page.ts';
import {
  type CodeRequest,
  type GrantedSignIn,
  type SignInOutcome,
  tokenEndpointFor,
} from './sign-in-request.ts';
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
  const { provider, client, scopes, parameters } = request;
  const { state, nonce, pkce } = await newAttempt(provider, scopes);
  const expected: CallbackExpectation = {
    state,
    issuer: provider.metadata.issuer,
    issuerRequired: provider.metadata.authorization_response_iss_parameter_supported === true,
    providerLabel: provider.label,
    refuseUnconfirmed: !isInteractive(context),
  };
  const maxAge = maxAgeOf(parameters, context.clock.now());
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
    const authorizationUri = buildAuthorizationUri(
      provider.metadata.authorization_endpoint ?? '',
      defined({
        clientId: client.clientId,
        redirectUri,
        scopes,
        scopeSeparator: provider.scopeSeparator,
        state,
        nonce,
        codeChallenge: pkce?.codeChallenge,
        loginHint: request.loginHint,
        resource: resourceParameter(provider),
        parameters,
      }),
    );
    const response = await waitForResponse({ request, context, callback, expected }, authorizationUri);
    const authentication = findAuthentication(tokenEndpointFor(request, context));
    const exchange = defined({
      parameters: response.parameters,
      state,
      redirectUri,
      codeVerifier: pkce?.codeVerifier,
      nonce,
      maxAge,
    });
    const tokens = await authentication.send((endpoint) => exchangeCode(endpoint, exchange));
    const facts = { client: authentication.client(), redirectUri, browser: response.browser };
    return { tokens, facts, finish };
  } catch (error) {
    await finish({ kind: 'failed', error });
    throw error;
  }
}
