import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { isInteractive } from '../ground/presence.ts';
import type { AuthorizationResponse } from '../loopback/authorization-response.ts';
import type { CodeExpectation } from '../loopback/callback-expectation.ts';
import { type Attempt, newAttempt } from '../protocol/attempt.ts';
import { buildAuthorizationUri } from '../protocol/authorization-request.ts';
import { exchangeCode } from '../protocol/code-exchange.ts';
import { findAuthentication } from '../protocol/found-authentication.ts';
import { type MaxAge, maxAgeOf } from '../protocol/max-age.ts';
import { resourceParameter } from '../protocol/resource-parameter.ts';
import { type CodeRequest, type GrantedSignIn, tokenEndpointFor } from './sign-in-request.ts';

/** One authorization request: what its response is compared with, and what its code is exchanged with. */
export interface CodeAttempt extends Attempt {
  /** Absent when the authorization request has no `max_age`. */
  readonly maxAge?: MaxAge;
}

/** Makes the values of a new authorization request. */
export async function newCodeAttempt(
  { provider, scopes, parameters }: CodeRequest,
  { clock }: Pick<Context, 'clock'>,
): Promise<CodeAttempt> {
  const attempt = await newAttempt(provider, scopes);
  return { ...attempt, ...defined({ maxAge: maxAgeOf(parameters, clock.now()) }) };
}

/** What the authorization response of that attempt has to fit. */
export function expectationOf(
  { state }: Pick<CodeAttempt, 'state'>,
  { provider }: Pick<CodeRequest, 'provider'>,
  context: Context,
): CodeExpectation {
  return {
    state,
    issuer: provider.metadata.issuer,
    issuerRequired: provider.metadata.authorization_response_iss_parameter_supported === true,
    providerLabel: provider.label,
    refuseUnconfirmed: !isInteractive(context),
  };
}

/**
 * The address of the authorization request. Throws as `buildAuthorizationUri` does.
 *
 * @see [RFC 6749 §4.1.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.1)
 */
export function authorizationUriOf(
  { state, nonce, pkce }: CodeAttempt,
  { provider, client, scopes, parameters, loginHint }: CodeRequest,
  redirectUri: string,
): string {
  return buildAuthorizationUri(
    provider.metadata.authorization_endpoint ?? '',
    defined({
      clientId: client.clientId,
      redirectUri,
      scopes,
      scopeSeparator: provider.scopeSeparator,
      state,
      nonce,
      codeChallenge: pkce?.codeChallenge,
      loginHint,
      resource: resourceParameter(provider),
      parameters,
    }),
  );
}

/**
 * Exchanges the code of that response for tokens. Throws as `exchangeCode` does.
 *
 * @see [RFC 6749 §4.1.3](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.3)
 */
export async function redeemCode(
  { state, nonce, pkce, maxAge }: CodeAttempt,
  response: AuthorizationResponse,
  request: CodeRequest & { readonly redirectUri: string },
  context: Context,
): Promise<Pick<GrantedSignIn, 'tokens' | 'facts'>> {
  const { redirectUri } = request;
  const authentication = findAuthentication(tokenEndpointFor(request, context));
  const { parameters } = response;
  const exchange = defined({
    parameters,
    state,
    redirectUri,
    codeVerifier: pkce?.codeVerifier,
    nonce,
    maxAge,
  });
  const tokens = await authentication.send((endpoint) => exchangeCode(endpoint, exchange));
  return { tokens, facts: { client: authentication.client(), redirectUri, browser: response.browser } };
}
