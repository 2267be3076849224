import type { Provider } from '../../providers/provider.ts';
import type { ConformingReply } from '../tolerant-reply.ts';

const DEVICE_CODE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** Turns the requests of RFC 8628 into those of the Graph API, and its replies back. */
export interface GraphDeviceDialect {
  /** Gives the request that is sent instead; `undefined` for a request of another grant. */
  request(
    requested: string,
    body: unknown,
  ): { readonly url: string; readonly body: URLSearchParams } | undefined;
  reply(reply: ConformingReply): ConformingReply;
}

/**
 * Gives the Graph API's dialect of the device grant where the provider speaks it: the client identifier and the
 * client token are one `access_token`, the device code is called `code`, and it is exchanged at an endpoint of its
 * own. Errors are read with the quirk `error-object`.
 *
 * @see https://developers.facebook.com/docs/facebook-login/for-devices
 */
export function graphDeviceDialect(
  provider: Pick<Provider, 'endpoints' | 'device'>,
): GraphDeviceDialect | undefined {
  const { device_authorization_endpoint, token_endpoint } = provider.endpoints;
  const loginStatus = provider.device?.loginStatusEndpoint;
  if (loginStatus === undefined) {
    return undefined;
  }
  return {
    request(requested, sent) {
      if (!(sent instanceof URLSearchParams)) {
        return undefined;
      }
      const access = `${sent.get('client_id')}|${sent.get('client_secret')}`;
      const scope = sent.get('scope');
      if (requested === device_authorization_endpoint) {
        const body = new URLSearchParams({ access_token: access, ...(scope === null ? {} : { scope }) });
        return { url: requested, body };
      }
      if (requested !== token_endpoint || sent.get('grant_type') !== DEVICE_CODE_GRANT) {
        return undefined;
      }
      const code = sent.get('device_code') ?? '';
      return { url: loginStatus, body: new URLSearchParams({ access_token: access, code }) };
    },
    reply({ status, members }) {
      const { code, ...rest } = members;
      const named = status === 200 && code !== undefined ? { ...rest, device_code: code } : members;
      const typed =
        status === 200 && named.access_token !== undefined ? { token_type: 'bearer', ...named } : named;
      return { status, members: typed, changed: true };
    },
  };
}
