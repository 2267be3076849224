import { defined } from '../ground/defined.ts';
import { ProtocolError, UsageError } from '../ground/errors.ts';
import { reservedParameters } from './reserved-parameters.ts';

/** Longest authorization URI that browsers and servers are known to take. */
const MAXIMUM_LENGTH = 8192;

/** Longer requests are pushed where the server offers it: some browsers and programs that open them cut them off. */
const COMFORTABLE_LENGTH = 2000;

/** What an authorization request says (RFC 6749 §4.1.1). */
export interface AuthorizationRequest {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly scopeSeparator: ' ' | ',';
  readonly state: string;
  /** Sent with `openid` only (OpenID Connect Core §3.1.2.1). */
  readonly nonce?: string;
  /** Of method S256; absent only where the provider's policy is `never`. */
  readonly codeChallenge?: string;
  /** The thumbprint of the key that the code is to be bound to (RFC 9449 §10). */
  readonly keyThumbprint?: string;
  readonly loginHint?: string;
  /** How the server is to answer; absent: in the query, as it does unless told. */
  readonly responseMode?: string;
  /** The protected resource that the token is for (RFC 8707 §2). */
  readonly resource?: string;
  /** More parameters; none of them reserved. */
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The parameters of an authorization request, each once. Throws a `UsageError` for a reserved one.
 *
 * @see [RFC 6749 §4.1.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.1)
 * @see [RFC 7636 §4.3](https://www.rfc-editor.org/rfc/rfc7636.html#section-4.3)
 */
export function authorizationParameters(request: AuthorizationRequest): URLSearchParams {
  for (const name of Object.keys(request.parameters)) {
    refuseReservedParameter(name);
  }
  const { codeChallenge, scopes } = request;
  const parameters = {
    ...request.parameters,
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    scope: scopes.length === 0 ? undefined : scopes.join(request.scopeSeparator),
    response_mode: request.responseMode,
    state: request.state,
    nonce: request.nonce,
    code_challenge: codeChallenge,
    code_challenge_method: codeChallenge === undefined ? undefined : 'S256',
    dpop_jkt: request.keyThumbprint,
    login_hint: request.loginHint ?? request.parameters.login_hint,
    resource: request.resource ?? request.parameters.resource,
  };
  return new URLSearchParams(defined(parameters));
}

/** Whether an address with these parameters is longer than all browsers and servers take. */
export function isLongRequest(parameters: URLSearchParams): boolean {
  return parameters.toString().length > COMFORTABLE_LENGTH;
}

/**
 * The URI the browser is sent to; spaces are written `%20`, since some servers refuse `+`.
 *
 * Throws a `ProtocolError` when the result is too long.
 */
export function buildAuthorizationUri(authorizationEndpoint: string, parameters: URLSearchParams): string {
  const uri = new URL(authorizationEndpoint);
  for (const [name, value] of parameters) {
    uri.searchParams.set(name, value);
  }
  const text = uri.href.replaceAll('+', '%20');
  if (text.length > MAXIMUM_LENGTH) {
    throw new ProtocolError(
      'protocol_invalid_metadata',
      'the authorization URI is longer than 8192 characters',
      {
        hint: 'request fewer scopes, or use fewer --param',
      },
    );
  }
  return text;
}

/** Whether the name is one that only this tool may set. */
export function isReservedParameter(name: string): boolean {
  return reservedParameters.has(name);
}

/** Throws a `UsageError` when the name is one that only this tool may set. */
export function refuseReservedParameter(name: string): void {
  if (!isReservedParameter(name)) {
    return;
  }
  throw new UsageError('usage_reserved_parameter', `the parameter ${name} is set by oauth-login itself`, {
    hint: 'leave it out of --param; scopes go with --scope, the redirect URI with --redirect-uri',
  });
}
