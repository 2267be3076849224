import type { TokenEndpoint } from './token-endpoint.ts';

/** The scope parameter of the device authorization request, by the name it has there; empty without scopes. */
export function deviceScope({
  provider,
  requestedScopes,
}: Pick<TokenEndpoint, 'provider' | 'requestedScopes'>): Record<string, string> {
  const scope = requestedScopes.join(provider.scopeSeparator);
  return scope === '' ? {} : { [provider.device?.scopeParameter ?? 'scope']: scope };
}
