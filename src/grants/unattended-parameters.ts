import type { RequestParameter } from '../protocol/token-endpoint.ts';
import type { UnattendedSettings } from '../settings/unattended-settings.ts';

/**
 * The parameters that say what the token is for: scope (RFC 6749 §3.3), audience (RFC 8693 §2.1, and other requests
 * at several servers), resource (RFC 8707 §2), and further parameters of the server.
 */
export function unattendedParameters(settings: UnattendedSettings): RequestParameter[] {
  const { scopes, audiences, resources, parameters, provider } = settings;
  return [
    ...(scopes.length === 0 ? [] : [['scope', scopes.join(provider.scopeSeparator)] as const]),
    ...audiences.map((audience) => ['audience', audience] as const),
    ...resources.map((resource) => ['resource', resource] as const),
    ...parameters,
  ];
}
