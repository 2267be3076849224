import type { Context } from '../ground/context.ts';
import { isInteractive } from '../ground/presence.ts';
import type { CallbackExpectation } from '../loopback/callback.ts';
import { pageOutcomeOf } from '../loopback/page-outcome.ts';
import { newAttempt } from '../protocol/attempt.ts';
import { buildAuthorizationUri } from '../protocol/authorization-request.ts';
import { exchangeCode } from '../protocol/code-exchange.ts';
import { findAuthentication } from '../protocol/found-authentication.ts';
import { maxAgeOf } from '../protocol/max-age.ts';
import { openCallback } from './callback.ts';
import type { SignInGrant } from './sign-in-grant.ts';
import { waitForResponse } from './wait-for-response.ts';

/**
 * Signs in with the authorization code grant and PKCE; the answer comes back to a loopback listener, or is
 * pasted by the person where the browser is on another machine: whichever is first.
 *
 * The browser gets its last page after `conclude` succeeded or failed, so the page tells the truth.
 * Throws any error of the family; `login_timeout` when nobody came back in time.
 *
 * @see [RFC 8252 §7.3](https://www.rfc-editor.org/rfc/rfc8252.html#section-7.3)
 * @see [RFC 6749 §4.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1)
 */
export async function authorizationCode(grant: SignInGrant, context: Context): Promise<void> {
  const { provider, settings } = grant;
  const { state, nonce, pkce } = await newAttempt(provider, grant.scopes);
  const expected: CallbackExpectation = {
    state,
    issuer: provider.metadata.issuer,
    issuerRequired: provider.metadata.authorization_response_iss_parameter_supported === true,
    providerLabel: provider.label,
    refuseUnconfirmed: !isInteractive(context),
  };
  const notice = grant.progress.listenerNotice;
  const maxAge = maxAgeOf(grant.parameters, context.clock.now());
  const callback = await openCallback(settings.redirect, expected, notice, context);
  try {
    const { redirectUri } = callback;
    const authorizationUri = buildAuthorizationUri(provider.metadata.authorization_endpoint ?? '', {
      clientId: grant.client.clientId,
      redirectUri,
      scopes: grant.scopes,
      scopeSeparator: provider.scopeSeparator,
      state,
      ...(nonce === undefined ? {} : { nonce }),
      ...(pkce === undefined ? {} : { codeChallenge: pkce.codeChallenge }),
      ...(settings.loginHint === undefined ? {} : { loginHint: settings.loginHint }),
      parameters: grant.parameters,
    });
    const response = await waitForResponse({ grant, context, callback, expected }, authorizationUri);
    const authentication = findAuthentication({
      provider,
      client: grant.client,
      fetch: grant.fetch,
      allowHttpLoopback: settings.allowHttpLoopback,
      now: () => context.clock.now(),
      requestedScopes: grant.scopes,
    });
    const exchange = {
      parameters: response.parameters,
      state,
      redirectUri,
      ...(pkce === undefined ? {} : { codeVerifier: pkce.codeVerifier }),
      ...(nonce === undefined ? {} : { nonce }),
      ...(maxAge === undefined ? {} : { maxAge }),
    };
    const tokens = await authentication.send((endpoint) => exchangeCode(endpoint, exchange));
    const facts = { client: authentication.client(), redirectUri, browser: response.browser };
    const account = await grant.conclude(tokens, facts);
    const person = account === undefined ? {} : { account };
    await callback.finish({ kind: 'signed-in', ...person, provider: provider.label });
  } catch (error) {
    await callback.finish(
      grant.goesOn(error)
        ? { kind: 'goes-on', provider: provider.label }
        : pageOutcomeOf(error, provider.label),
    );
    throw error;
  } finally {
    await callback.close();
  }
}
