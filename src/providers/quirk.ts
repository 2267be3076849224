/**
 * What a server does differently from the standards; each is handled at one place in `protocol/` or `profile/`.
 *
 * - `form-encoded-reply`: the token endpoint may answer `application/x-www-form-urlencoded`.
 * - `error-object`: `error` is an object with `message`, `type` and `code` (Graph API).
 * - `token-type-missing`: the token is a bearer token, although its `token_type` is missing or another word.
 * - `appsecret-proof`: calls of the API carry the HMAC-SHA256 of the token under the client secret.
 * - `refresh-repeats-redirect-uri`: the refresh request repeats the redirect URI.
 * - `s256-not-advertised`: S256 works although the metadata does not list it.
 * - `device-page-renamed`: the device authorization response calls the page `verification_url`, and an error `error_code`.
 * - `error-in-message`: an error is a `message` beside the `status`, without an `error` of RFC 6749 §5.2.
 * - `granted-scopes-in-callback`: the authorization response says in `granted_scopes` what was granted, the token reply does not.
 * - `nonce-not-returned`: the ID Token leaves out the nonce of the request, so none is sent (OpenID Connect Core §3.1.2.1).
 * - `assertion-for-token-endpoint`: what a client signs to say who it is names the token endpoint, and not the issuer (RFC 7523 §3).
 */
export const quirks = [
  'form-encoded-reply',
  'error-object',
  'token-type-missing',
  'appsecret-proof',
  'refresh-repeats-redirect-uri',
  's256-not-advertised',
  'device-page-renamed',
  'error-in-message',
  'granted-scopes-in-callback',
  'nonce-not-returned',
  'assertion-for-token-endpoint',
] as const;

/** The name of one of them. */
export type Quirk = (typeof quirks)[number];
