import { ProtocolError, UsageError } from '../ground/errors.ts';
import { reservedParameters } from './reserved-parameters.ts';

/** Longest authorization URI that browsers and servers are known to take. */
const MAXIMUM_LENGTH = 8192;

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
  readonly loginHint?: string;
  /** The protected resource that the token is for (RFC 8707 §2). */
  readonly resource?: string;
  /** More parameters; none of them reserved. */
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The URI the browser is sent to; spaces are written `%20`, since some servers refuse `+`.
 *
 * Throws a `UsageError` for a reserved parameter and a `ProtocolError` when the result is too long.
 *
 * @see [RFC 6749 §4.1.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.1)
 * @see [RFC 7636 §4.3](https://www.rfc-editor.org/rfc/rfc7636.html#section-4.3)
 */
export function buildAuthorizationUri(authorizationEndpoint: string, request: AuthorizationRequest): string {
  const uri = new URL(authorizationEndpoint);
  const query = uri.searchParams;
  for (const [name, value] of Object.entries(request.parameters)) {
    refuseReservedParameter(name);
    query.set(name, value);
  }
  query.set('response_type', 'code');
  query.set('client_id', request.clientId);
  query.set('redirect_uri', request.redirectUri);
  if (request.scopes.length > 0) {
    query.set('scope', request.scopes.join(request.scopeSeparator));
  }
  query.set('state', request.state);
  if (request.nonce !== undefined) {
    query.set('nonce', request.nonce);
  }
  if (request.codeChallenge !== undefined) {
    query.set('code_challenge', request.codeChallenge);
    query.set('code_challenge_method', 'S256');
  }
  if (request.loginHint !== undefined) {
    query.set('login_hint', request.loginHint);
  }
  if (request.resource !== undefined) {
    query.set('resource', request.resource);
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
