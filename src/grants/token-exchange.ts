import { defined } from '../ground/defined.ts';
import { quoteForeign } from '../ground/safe-text.ts';
import type { TokenEndpoint } from '../protocol/token-endpoint.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import { requestUnattendedTokens } from '../protocol/unattended-token-request.ts';
import type { UnattendedSettings } from '../settings/unattended-settings.ts';
import { wrongClient } from './client-credentials.ts';
import { audiencesOf, unverifiedClaims } from './jwt-claims.ts';
import { withNextSteps } from './next-steps.ts';
import type { SubjectToken } from './subject-token.ts';
import { unattendedParameters } from './unattended-parameters.ts';

/**
 * Exchanges a token of one kind or place for one of another.
 *
 * Throws an `AuthorizationServerError`, a `ProtocolError` or a `NetworkError`.
 *
 * @see [RFC 8693 §2](https://www.rfc-editor.org/rfc/rfc8693.html#section-2)
 */
export async function tokenExchange(
  endpoint: TokenEndpoint,
  settings: UnattendedSettings,
  subject: SubjectToken,
): Promise<TokenSet> {
  const { requestedTokenType } = settings;
  const request = {
    grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
    parameters: [
      ['subject_token', subject.token.reveal()] as const,
      ['subject_token_type', subject.type] as const,
      ...(requestedTokenType === undefined ? [] : [['requested_token_type', requestedTokenType] as const]),
      ...unattendedParameters(settings),
    ],
    ...defined({ requestedTokenType }),
  };
  const wrongSubject = `check ${subject.sourceName}: ${describe(subject, settings, endpoint.now())}`;
  const allow = 'the registration of this client has to allow token exchange';
  return withNextSteps(requestUnattendedTokens(endpoint, request), {
    invalid_request: wrongSubject,
    invalid_grant: wrongSubject,
    access_denied: wrongSubject,
    invalid_client: wrongClient(settings, endpoint),
    unauthorized_client: allow,
    unsupported_grant_type: allow,
    invalid_scope: 'request only scopes that the subject token allows (--scope)',
    invalid_target: 'name a target that the server knows (--audience or --resource)',
  });
}

/** The claims of a subject token that can be the reason for a refusal. */
function describe(subject: SubjectToken, settings: UnattendedSettings, now: Date): string {
  const claims = unverifiedClaims(subject.token);
  const advice = `the server may want another audience${settings.subjectToken.kind === 'ci' ? ' (--subject-audience)' : ''}, another issuer or another type than ${subject.type.split(':').at(-1)} (--subject-token-type)`;
  if (claims === undefined) {
    return advice;
  }
  const { exp } = claims;
  if (typeof exp === 'number' && exp * 1000 <= now.getTime()) {
    return 'it has expired, get a new one';
  }
  const audiences = audiencesOf(claims);
  if (audiences.length === 0) {
    return advice;
  }
  return `its audience is ${audiences
    .slice(0, 3)
    .map((audience) => quoteForeign(audience, { breakCommands: true }))
    .join(', ')}; ${advice}`;
}
