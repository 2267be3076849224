/** What this tool alone sets in every request: who the client is, and what is exchanged (RFC 6749, RFC 7521, RFC 7636). */
const everywhere = [
  'client_assertion',
  'client_assertion_type',
  'client_id',
  'client_secret',
  'code',
  'code_verifier',
  'grant_type',
  'redirect_uri',
  'scope',
];

/**
 * What nobody else may set in an authorization request: registered names of RFC 6749, 7636, 9101, 9126, 9449 and OpenID
 * Connect Core.
 */
export const reservedParameters: ReadonlySet<string> = new Set(
  [
    ...everywhere,
    'code_challenge',
    'code_challenge_method',
    'dpop_jkt',
    'iss',
    'nonce',
    'registration',
    'request',
    'request_uri',
    'response_mode',
    'response_type',
    'state',
  ].toSorted(),
);

/** Those of a token request without a person that have a flag (RFC 8693 §2.1, RFC 8707 §2), and the name of a user. */
const ofTokenRequest: ReadonlySet<string> = new Set([
  ...everywhere,
  'audience',
  'requested_token_type',
  'resource',
  'subject_token_type',
  'username',
]);

/** Whether a parameter of a token request is set by this tool alone, or holds a secret by its name. */
export function isReservedInTokenRequest(name: string): boolean {
  return ofTokenRequest.has(name) || /(?:secret|token|password|code|assertion|code_verifier)$/.test(name);
}
