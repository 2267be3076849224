import type { Provider } from '../providers/provider.ts';
import type { ProviderConfiguration } from './configuration.ts';

/** The provider with what the user configured laid over it; the issuer has been chosen by then. */
export function withConfiguration(provider: Provider, entry: ProviderConfiguration): Provider {
  const method = entry.client_authentication;
  return {
    ...provider,
    ...(entry.label === undefined ? {} : { label: entry.label }),
    ...(entry.scopes === undefined ? {} : { scopes: entry.scopes }),
    ...(method === undefined || method === 'none' ? {} : { clientAuthentication: method }),
    ...(method === 'none' ? { clientSecret: 'none' as const } : {}),
    endpoints: { ...provider.endpoints, ...entry.endpoints },
    ...(entry.trusted_audiences === undefined ? {} : { trustedAudiences: entry.trusted_audiences }),
    quirks: [
      ...provider.quirks,
      ...(entry.code_challenge_method === 'S256' ? (['s256-not-advertised'] as const) : []),
      ...(entry.token_type === 'bearer' ? (['token-type-missing'] as const) : []),
    ],
    apiOrigins: [...(provider.apiOrigins ?? []), ...(entry.api_origins ?? [])],
    authorizationParameters: { ...provider.authorizationParameters, ...entry.parameters },
  };
}
