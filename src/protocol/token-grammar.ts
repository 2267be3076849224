import { acceptedTokenTypes, BOUND_TOKEN_TYPE, TOKEN_TYPE } from '../credential/credential.ts';
import { type ErrorOptionsWithHint, ProtocolError } from '../ground/errors.ts';
import { quoteForeign } from '../ground/safe-text.ts';
import { LONGEST_LIFETIME } from './token-members.ts';

/** Longest credential that is accepted, in characters. */
const LONGEST_CREDENTIAL = 64 * 1024;

/** Members whose values no error may hold. */
const credentials = ['access_token', 'refresh_token', 'id_token'] as const;

type Member = (name: string) => unknown;

/**
 * Checks a successful token response before anything of it is used or stored; members it does not know are
 * left alone.
 *
 * `tokenTypes` are those that may come, in lower case. Throws a `ProtocolError` that names the member and what it
 * holds, but for a credential, of which it holds nothing.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.1
 */
export function validateTokenResponse(response: object, tokenTypes = acceptedTokenTypes()): void {
  const own: Member = (name) => Object.getOwnPropertyDescriptor(response, name)?.value;
  if (own('error') !== undefined) {
    throw invalid('contains an error, although its status says success');
  }
  for (const name of credentials) {
    if (name === 'access_token' || own(name) !== undefined) {
      validateCredential(name, own(name));
    }
  }
  const tokenType = own('token_type');
  if (typeof tokenType !== 'string' || !tokenTypes.includes(tokenType.toLowerCase())) {
    const words = tokenType === undefined ? '' : ` ${held(tokenType, own)}`;
    const isBearer = tokenTypes.includes(TOKEN_TYPE.toLowerCase());
    const wanted = isBearer ? TOKEN_TYPE : BOUND_TOKEN_TYPE;
    const fault =
      tokenType === undefined ? 'has no token_type' : `has the token_type${words}, not "${wanted}"`;
    const hint = isBearer
      ? 'if its tokens are bearer tokens (RFC 6750) anyway, say so with "token_type": "bearer" in its entry in config.json'
      : 'the token is not bound to your key as was demanded (RFC 9449), so it was not used; ask the operator of the server to bind the tokens of this client';
    throw invalid(fault, { hint, serverWords: words });
  }
  const expiresIn = own('expires_in');
  if (expiresIn !== undefined && !isLifetime(expiresIn)) {
    const words = ` ${held(expiresIn, own)}`;
    throw invalid(`has the expires_in${words}, which is not a number of seconds`, { serverWords: words });
  }
  const scope = own('scope');
  // RFC 6749 §3.3, with the empty text that servers send for "none".
  if (
    scope !== undefined &&
    (typeof scope !== 'string' || scope.length > LONGEST_CREDENTIAL || /[^\x20-\x7e]/.test(scope))
  ) {
    const words = ` ${held(scope, own)}`;
    throw invalid(`has the scope${words}, which is not a list of scopes`, { serverWords: words });
  }
}

function validateCredential(name: (typeof credentials)[number], value: unknown): void {
  if (typeof value !== 'string' || value === '') {
    throw invalid(`has no ${name}`);
  }
  if (value.length > LONGEST_CREDENTIAL) {
    throw invalid(`has more than ${LONGEST_CREDENTIAL} characters in its ${name}`);
  }
  // VSCHAR (RFC 6749 appendix A.17), for the access token without the space, which no header could hold (RFC 6750 §2.1).
  const grammar = name === 'refresh_token' ? /^[\x20-\x7e]+$/ : /^[\x21-\x7e]+$/;
  if (!grammar.test(value)) {
    throw invalid(`has characters that no token may hold in its ${name}`);
  }
}

function isLifetime(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= LONGEST_LIFETIME;
}

/** The value of a member, safe and short. A text that shares a part with a credential is not shown. */
function held(value: unknown, own: Member): string {
  if (Array.isArray(value)) {
    return '(a list)';
  }
  if (typeof value !== 'string') {
    return typeof value === 'object' && value !== null ? '(an object)' : `${value}`;
  }
  const isSecret = credentials
    .map(own)
    .some((one) => typeof one === 'string' && one !== '' && (value.includes(one) || one.includes(value)));
  return value !== '' && isSecret ? '(not shown)' : quoteForeign(value, { maximumLength: 40 });
}

function invalid(fault: string, options: Partial<ErrorOptionsWithHint> = {}): ProtocolError {
  return new ProtocolError('protocol_invalid_response', `the token response ${fault}`, {
    hint: 'no token from it was used; try again, and if it happens again, tell the operator of the server',
    ...options,
  });
}
