import { ProtocolError } from '../ground/errors.ts';
import { Secret } from '../ground/secret.ts';
import type { TokenEndpoint } from '../protocol/token-endpoint.ts';
import { requestUnattendedTokens } from '../protocol/unattended-token-request.ts';
import { isSameButLastSlash } from '../providers/issuer-spelling.ts';
import { audiencesOf, unverifiedClaims } from './jwt-claims.ts';
import { withNextSteps } from './next-steps.ts';

/** Where an ID-JAG is to be used. */
export interface IdJagUse {
  /** The issuer of the server that will take it. */
  readonly audience: string;
  /** The API that its token is for, in the words of its label too. */
  readonly resource?: string;
  readonly label: string;
  readonly scopes: readonly string[];
}

const TYPE = 'urn:ietf:params:oauth:token-type:';

/**
 * Exchanges an ID Token for an identity assertion (ID-JAG) at the identity provider that issued it. The ID Token goes to
 * the token endpoint of that provider and nowhere else.
 *
 * Throws an `AuthorizationServerError`, a `NetworkError`, and a `ProtocolError` for an assertion that is made out to
 * another server.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-oauth-identity-assertion-authz-grant/
 * @see [RFC 8693 §2](https://www.rfc-editor.org/rfc/rfc8693.html#section-2)
 */
export async function requestIdJag(
  endpoint: TokenEndpoint,
  idToken: Secret,
  { audience, resource, label, scopes }: IdJagUse,
): Promise<Secret> {
  const requestedTokenType = `${TYPE}id-jag`;
  const request = {
    grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
    parameters: [
      ['subject_token', idToken.reveal()] as const,
      ['subject_token_type', `${TYPE}id_token`] as const,
      ['requested_token_type', requestedTokenType] as const,
      ['audience', audience] as const,
      ...(resource === undefined ? [] : [['resource', resource] as const]),
      ...(scopes.length === 0 ? [] : [['scope', scopes.join(' ')] as const]),
    ],
    requestedTokenType,
  };
  const allow = `an administrator has to allow this client access to ${label} at ${endpoint.provider.label}`;
  const { accessToken } = await withNextSteps(requestUnattendedTokens(endpoint, request), {
    access_denied: allow,
    invalid_target: allow,
    unauthorized_client: allow,
    unsupported_grant_type: `${endpoint.provider.label} has to support the exchange of an ID Token for an ID-JAG`,
    invalid_scope: 'request only scopes that the administrator has allowed (--scope)',
  });
  const assertion = new Secret(accessToken.reveal());
  const named = audiencesOf(unverifiedClaims(assertion) ?? {});
  if (named.length > 0 && !named.every((name) => isSameButLastSlash(name, audience))) {
    throw new ProtocolError(
      'protocol_invalid_response',
      `${endpoint.provider.label} issued an assertion for another server than the one that was asked for`,
      { hint: `tell the operator of ${endpoint.provider.label}; the assertion was sent nowhere` },
    );
  }
  return assertion;
}
