/**
 * Registered parameters of requests and responses, which an authorization endpoint may not bring along in
 * its own query: those of RFC 6749, RFC 7636, RFC 8707, RFC 9101, RFC 9396, RFC 9449 and OpenID Connect Core.
 *
 * @see https://www.iana.org/assignments/oauth-parameters/oauth-parameters.xhtml
 */
export const requestParameters: ReadonlySet<string> = new Set([
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'response_type',
  'response_mode',
  'redirect_uri',
  'scope',
  'state',
  'code',
  'code_challenge',
  'code_challenge_method',
  'code_verifier',
  'grant_type',
  'nonce',
  'display',
  'prompt',
  'max_age',
  'ui_locales',
  'claims_locales',
  'id_token_hint',
  'login_hint',
  'acr_values',
  'claims',
  'registration',
  'request',
  'request_uri',
  'resource',
  'authorization_details',
  'dpop_jkt',
  'iss',
  'error',
  'access_token',
  'id_token',
  'token_type',
  'expires_in',
]);
