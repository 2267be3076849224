import type { AuthorizationServer } from 'oauth4webapi';

/** Signatures that are accepted; `none` and those made with the client secret are not (RFC 8725 §3.2). */
export const acceptedAlgorithms: readonly string[] = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'],
  ...['EdDSA', 'Ed25519'],
];

/** Of the algorithms of a list, those that are accepted. */
export function acceptedAmong(algorithms: readonly string[]): string[] {
  return algorithms.filter((algorithm) => acceptedAlgorithms.includes(algorithm));
}

/**
 * Gives the algorithms an ID Token of the server may be signed with: those it announces, as far as they are
 * accepted, and every accepted one where it announces none.
 *
 * @see [OpenID Connect Discovery §3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)
 */
export function idTokenAlgorithms(server: AuthorizationServer): string[] {
  return acceptedAmong(server.id_token_signing_alg_values_supported ?? acceptedAlgorithms);
}

/** The same for a signed UserInfo; where none are announced, those of ID Tokens, and RS256 in any case. */
export function userInfoAlgorithms(server: AuthorizationServer): string[] {
  const announced = server.userinfo_signing_alg_values_supported;
  return announced === undefined
    ? [...new Set([...idTokenAlgorithms(server), 'RS256'])]
    : acceptedAmong(announced);
}
