import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { isInteractive } from '../ground/presence.ts';
import type { AuthorizationResponse } from '../loopback/authorization-response.ts';
import type { CodeExpectation } from '../loopback/callback-expectation.ts';
import { type Attempt, newAttempt } from '../protocol/attempt.ts';
import {
  authorizationParameters,
  buildAuthorizationUri,
  isLongRequest,
} from '../protocol/authorization-request.ts';
import type { OAuthClient } from '../protocol/client-authentication.ts';
import { exchangeCode } from '../protocol/code-exchange.ts';
import { findAuthentication } from '../protocol/found-authentication.ts';
import { type MaxAge, maxAgeOf } from '../protocol/max-age.ts';
import { pushAuthorizationRequest } from '../protocol/pushed-authorization-request.ts';
import { isRequestObject, signRequest } from '../protocol/request-object.ts';
import { type RequestedAcr, requestedAcr } from '../protocol/requested-acr.ts';
import { resourceParameter } from '../protocol/resource-parameter.ts';
import { isPosted, isSigned, responseModeOf } from '../providers/response-mode.ts';
import { type CodeRequest, type GrantedSignIn, tokenEndpointFor } from './sign-in-request.ts';

/** One authorization request: what its response is compared with, and what its code is exchanged with. */
export interface CodeAttempt extends Attempt {
  /** Absent when the authorization request has no `max_age`. */
  readonly maxAge?: MaxAge;
  /** Absent when the authorization request asks for no way to authenticate. */
  readonly acr?: RequestedAcr;
  /** The parameter `authorization_details`, where there is one. */
  readonly details?: string;
  /** The key that the code is bound to, by its thumbprint (RFC 9449 §10). */
  readonly keyThumbprint?: string;
}

/** Makes the values of a new authorization request. */
export async function newCodeAttempt(
  { provider, scopes, parameters, binding }: CodeRequest,
  { clock }: Pick<Context, 'clock'>,
): Promise<CodeAttempt> {
  const attempt = await newAttempt(provider, scopes);
  const keyThumbprint = await binding?.key.thumbprint();
  return {
    ...attempt,
    ...defined({
      maxAge: maxAgeOf(parameters, clock.now()),
      acr: requestedAcr(parameters),
      details: parameters.authorization_details,
      keyThumbprint,
    }),
  };
}

/** What the authorization response of that attempt has to fit. */
export function expectationOf(
  { state }: Pick<CodeAttempt, 'state'>,
  { provider, responseMode }: Pick<CodeRequest, 'provider' | 'responseMode'>,
  context: Context,
): CodeExpectation {
  const mode = responseModeOf(provider, responseMode);
  const { issuer, authorization_endpoint = issuer } = provider.metadata;
  const formOrigins = [issuer, authorization_endpoint].map((address) => new URL(address).origin);
  return {
    ...(isPosted(mode) ? { formOrigins } : {}),
    ...(isSigned(mode) ? { isSigned: true } : {}),
    state,
    issuer: provider.metadata.issuer,
    issuerRequired: provider.metadata.authorization_response_iss_parameter_supported === true,
    providerLabel: provider.label,
    refuseUnconfirmed: !isInteractive(context),
  };
}

/** An authorization request as the browser takes it to the server. */
export interface AddressedRequest {
  readonly uri: string;
  /** The client, with the method of authentication that the server took if it was asked. */
  readonly client: OAuthClient;
  /** Seconds in which the browser has to open the address; absent where it does not end. */
  readonly expiresIn?: number;
}

/**
 * The address of the authorization request. The request itself is pushed to the server before, where the server or
 * the settings demand it, and where it is long or has authorization details and the server offers it (RFC 9126 §5).
 *
 * Throws as `buildAuthorizationUri` and `pushAuthorizationRequest` do.
 *
 * @see [RFC 6749 §4.1.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.1)
 */
export async function addressRequest(
  { state, nonce, pkce, keyThumbprint }: CodeAttempt,
  request: CodeRequest,
  redirectUri: string,
  context: Pick<Context, 'clock'>,
): Promise<AddressedRequest> {
  const { provider, client, scopes, parameters, loginHint } = request;
  const { authorization_endpoint = '' } = provider.metadata;
  const mode = responseModeOf(provider, request.responseMode);
  const asked = authorizationParameters(
    defined({
      clientId: client.clientId,
      redirectUri,
      scopes,
      scopeSeparator: provider.scopeSeparator,
      state,
      nonce,
      codeChallenge: pkce?.codeChallenge,
      keyThumbprint,
      loginHint,
      responseMode: mode === 'query' && request.responseMode === undefined ? undefined : mode,
      resource: resourceParameter(provider),
      parameters,
    }),
  );
  const isObject = isRequestObject(provider, request.signs);
  const sent = isObject ? await signRequest(request, asked) : asked;
  if (!isPushed(request, sent)) {
    return { uri: buildAuthorizationUri(authorization_endpoint, sent), client };
  }
  const authentication = findAuthentication(tokenEndpointFor(request, context));
  const { requestUri, expiresIn } = await authentication.send((endpoint) =>
    pushAuthorizationRequest(endpoint, sent),
  );
  const named = new URLSearchParams({ client_id: client.clientId, request_uri: requestUri });
  const uri = buildAuthorizationUri(authorization_endpoint, named);
  return { uri, client: authentication.client(), expiresIn };
}

function isPushed({ provider, pushes }: CodeRequest, asked: URLSearchParams): boolean {
  const { metadata, pushedRequests } = provider;
  const isOffered = metadata.pushed_authorization_request_endpoint !== undefined;
  const needsIt = isLongRequest(asked) || asked.has('authorization_details');
  return (
    metadata.require_pushed_authorization_requests === true ||
    pushedRequests === 'required' ||
    pushes ||
    (isOffered && needsIt)
  );
}

/**
 * Exchanges the code of that response for tokens. Throws as `exchangeCode` does.
 *
 * @see [RFC 6749 §4.1.3](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.3)
 */
export async function redeemCode(
  { state, nonce, pkce, maxAge, acr, details }: CodeAttempt,
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
    acr,
    details,
    isSigned: isSigned(responseModeOf(request.provider, request.responseMode)),
  });
  const tokens = await authentication.send((endpoint) => exchangeCode(endpoint, exchange));
  return { tokens, facts: { client: authentication.client(), redirectUri, browser: response.browser } };
}
