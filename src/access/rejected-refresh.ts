import { AuthorizationServerError } from '../ground/errors.ts';

/** Errors that concern the client, the pace or the server. */
const notAboutTheToken: ReadonlySet<string> = new Set([
  'invalid_client',
  'unauthorized_client',
  'incorrect_client_credentials',
  'slow_down',
  'temporarily_unavailable',
  'server_error',
  // OAuth 1.0a: the clock, the nonce or the client.
  'timestamp_refused',
  'nonce_used',
  'consumer_key_unknown',
  'consumer_key_refused',
  'signature_invalid',
]);

/**
 * Servers report a dead refresh token as `invalid_grant`, as `invalid_request`, or with 400 or 401 and nothing
 * else. Errors about the client or the pace say nothing about the token.
 */
export function isRejectedRefresh(error: unknown): error is AuthorizationServerError {
  if (!(error instanceof AuthorizationServerError)) {
    return false;
  }
  if (notAboutTheToken.has(error.error)) {
    return false;
  }
  return error.status === 400 || error.status === 401;
}
