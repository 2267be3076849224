import { ProtocolError } from '../errors.ts';

/** Longest credential that is accepted, in characters. */
const longestCredential = 64 * 1024;

/** Longest time a token may be said to live: ten years, in seconds. */
const longestLifetime = 10 * 365 * 24 * 60 * 60;

/**
 * Checks a successful token response before anything of it is used or stored; members it does not know are
 * left alone.
 *
 * `tokenTypes` are those that may come, in lower case. Throws a `ProtocolError` that names the member and never
 * holds its value.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.1
 */
export function validateTokenResponse(response: object, tokenTypes: readonly string[] = ['bearer']): void {
  const own = (name: string): unknown => Object.getOwnPropertyDescriptor(response, name)?.value;
  if (own('error') !== undefined) {
    throw invalid('holds an error, yet claims success');
  }
  validateCredential('access_token', own('access_token'));
  for (const name of ['refresh_token', 'id_token']) {
    if (own(name) !== undefined) {
      validateCredential(name, own(name));
    }
  }
  const tokenType = own('token_type');
  if (typeof tokenType !== 'string' || !tokenTypes.includes(tokenType.toLowerCase())) {
    throw invalid('has a token_type other than Bearer');
  }
  const expiresIn = own('expires_in');
  if (expiresIn !== undefined && !isLifetime(expiresIn)) {
    throw invalid('has an expires_in that is not a number of seconds between 0 and ten years');
  }
  const scope = own('scope');
  // RFC 6749 §3.3, with the empty text that servers send for "none".
  if (
    scope !== undefined &&
    (typeof scope !== 'string' || scope.length > longestCredential || /[^\x20-\x7e]/.test(scope))
  ) {
    throw invalid('has a malformed scope');
  }
}

function validateCredential(name: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') {
    throw invalid(`has no ${name}`);
  }
  if (value.length > longestCredential) {
    throw invalid(`has more than ${longestCredential} characters in its ${name}`);
  }
  // VSCHAR without the space (RFC 6749 appendix A.12).
  if (!/^[\x21-\x7e]+$/.test(value)) {
    throw invalid(`has characters that no token may hold in its ${name}`);
  }
}

function isLifetime(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= longestLifetime;
}

function invalid(fault: string): ProtocolError {
  return new ProtocolError('protocol_invalid_response', `the token response ${fault}`, {
    hint: 'nothing was stored; try again, and if it stays so, report it to the operator of the server',
  });
}
