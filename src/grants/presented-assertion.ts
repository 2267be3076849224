import type { TokenEndpoint } from '../protocol/token-endpoint.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import { requestUnattendedTokens } from '../protocol/unattended-token-request.ts';
import type { UnattendedSettings } from '../settings/unattended-settings.ts';
import { wrongClient } from './client-credentials.ts';
import { withNextSteps } from './next-steps.ts';
import type { SubjectToken } from './subject-token.ts';
import { unattendedParameters } from './unattended-parameters.ts';

/**
 * Gives a token for an assertion that somebody else has signed: the identity of a workload, or an ID-JAG. It is presented
 * once: after a refusal no other grant is tried.
 *
 * Throws an `AuthorizationServerError`, a `ProtocolError` or a `NetworkError`.
 *
 * @see [RFC 7523 §2.1](https://www.rfc-editor.org/rfc/rfc7523.html#section-2.1)
 */
export async function presentAssertion(
  endpoint: TokenEndpoint,
  settings: UnattendedSettings,
  { token, sourceName }: Pick<SubjectToken, 'token' | 'sourceName'>,
): Promise<TokenSet> {
  const request = {
    grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    // Whom the assertion is for stands in the assertion.
    parameters: [
      ['assertion', token.reveal()] as const,
      ...unattendedParameters({ ...settings, audiences: [] }),
    ],
  };
  const { label } = settings.provider;
  return withNextSteps(requestUnattendedTokens(endpoint, request), {
    invalid_grant: `check ${sourceName}: it may have expired, and the server of ${label} has to trust its issuer and to be its audience`,
    invalid_client: wrongClient(settings, endpoint),
    unauthorized_client: 'the registration of this client has to allow the grant jwt-bearer',
    unsupported_grant_type: `the server of ${label} has to support the grant jwt-bearer`,
    invalid_scope: 'request only scopes that the assertion allows (--scope)',
  });
}
