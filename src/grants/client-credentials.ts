import type { TokenEndpoint } from '../protocol/token-endpoint.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import { requestUnattendedTokens } from '../protocol/unattended-token-request.ts';
import type { UnattendedSettings } from '../settings/unattended-settings.ts';
import { clientVariables } from '../settings/variables.ts';
import { withNextSteps } from './next-steps.ts';
import { unattendedParameters } from './unattended-parameters.ts';

/**
 * Gives a token for the client itself.
 *
 * Throws an `AuthorizationServerError`, a `ProtocolError` or a `NetworkError`.
 *
 * @see [RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.4)
 */
export async function clientCredentials(
  endpoint: TokenEndpoint,
  settings: UnattendedSettings,
): Promise<TokenSet> {
  const request = { grantType: 'client_credentials', parameters: unattendedParameters(settings) };
  const allow = 'the registration of this client has to allow the grant client_credentials';
  return withNextSteps(requestUnattendedTokens(endpoint, request), {
    invalid_client: wrongClient(settings, endpoint),
    unauthorized_client: allow,
    unsupported_grant_type: allow,
    invalid_scope: 'request only scopes that the registration of this client allows (--scope)',
    invalid_target: 'name an API that the server knows (--audience or --resource)',
  });
}

/** The next step after `invalid_client`, by the way the client authenticated. */
export function wrongClient(settings: UnattendedSettings, { client }: TokenEndpoint): string {
  const { id, secret } = clientVariables(settings.provider);
  if (client.assertion?.method === 'private_key_jwt') {
    return 'register the public part of the key for this client (with its key id, --key-id), and check the client ID and the clock of this machine';
  }
  const method = client.assertion?.method ?? client.clientAuthentication;
  return `check ${id} and ${secret} (or --client-secret-file), and whether the server expects a method other than ${method} (--client-authentication)`;
}
