import { defined } from '../ground/defined.ts';
import type { Secret } from '../ground/secret.ts';
import { authenticateClient } from './client-authentication.ts';
import { deviceScope } from './device-authorization.ts';
import { deviceRefusal } from './device-refusal.ts';
import { requestTokens } from './request-tokens.ts';
import { type TokenEndpoint, tokenEndpointOf } from './token-endpoint.ts';
import type { TokenSet } from './token-set.ts';

/**
 * Exchanges a device code once; `authorization_pending` and `slow_down` come as `AuthorizationServerError`, and a
 * server that has a problem of its own (5xx) as a `NetworkError`, whatever it says with it.
 *
 * @see [RFC 8628 §3.4](https://www.rfc-editor.org/rfc/rfc8628.html#section-3.4)
 */
export async function exchangeDeviceCode(
  endpoint: TokenEndpoint,
  deviceCode: Secret,
  codeVerifier?: string,
): Promise<TokenSet> {
  const { device } = endpoint.provider;
  const what = tokenEndpointOf(endpoint);
  const additionalParameters = {
    ...(device?.scopeParameter === undefined ? {} : deviceScope(endpoint)),
    ...defined({ code_verifier: codeVerifier }),
  };
  return requestTokens(endpoint, {
    send: (library, server, client, options) =>
      library.deviceCodeGrantRequest(
        server,
        client,
        authenticateClient(endpoint.client),
        deviceCode.reveal(),
        { ...options, additionalParameters },
      ),
    read: async (library, server, client, response) => {
      try {
        return await library.processDeviceCodeResponse(server, client, response);
      } catch (error) {
        throw deviceRefusal(library, error, what, device, { byPerson: true });
      }
    },
  });
}
