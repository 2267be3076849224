import { defined } from '../ground/defined.ts';
import { standardClaims } from '../providers/profile-request.ts';
import type { Provider } from '../providers/provider.ts';
import { oauth1Server, providerByOAuth1 } from '../providers/provider-by-oauth1.ts';
import { withSharedMembers } from '../providers/provider-of-file.ts';
import type { ProviderConfiguration } from './configuration.ts';

/** The provider with what the user configured laid over it; the issuer has been chosen by then. */
export function withConfiguration(provider: Provider, entry: ProviderConfiguration): Provider {
  const method = entry.client_authentication;
  const { userinfo_endpoint, ...endpoints } = entry.endpoints ?? {};
  const userInfo = userinfo_endpoint == null ? {} : { userinfo_endpoint };
  const configured: Provider = {
    ...provider,
    ...withSharedMembers(entry),
    ...defined({ label: entry.label }),
    ...(entry.scopes === undefined ? {} : { scopes: entry.scopes, areScopesOpenid: false }),
    ...(method === undefined || method === 'none' ? {} : { clientAuthentication: method }),
    ...(method === 'none' ? { clientSecret: 'none' as const } : {}),
    endpoints: { ...provider.endpoints, ...endpoints, ...userInfo },
    ...(entry.resource_parameter === 'none' ? { isResourceUnsent: true as const } : {}),
    ...defined({ trustedAudiences: entry.trusted_audiences, idTokenNonce: entry.id_token_nonce }),
    quirks: [
      ...provider.quirks,
      ...(entry.quirks ?? []),
      ...(entry.code_challenge_method === 'S256' ? (['s256-not-advertised'] as const) : []),
      ...(entry.token_type === 'bearer' ? (['token-type-missing'] as const) : []),
    ],
    apiOrigins: [...(provider.apiOrigins ?? []), ...(entry.api_origins ?? [])],
    authorizationParameters: { ...provider.authorizationParameters, ...entry.parameters },
  };
  if (entry.oauth1 !== undefined) {
    return providerByOAuth1(configured, oauth1Server(entry.oauth1));
  }
  return userinfo_endpoint === null ? withoutUserInfo(configured) : configured;
}

/** `userinfo_endpoint: null`: only the ID Token tells who signed in. */
function withoutUserInfo(provider: Provider): Provider {
  const { userinfo_endpoint: _userInfo, ...endpoints } = provider.endpoints;
  const { url, map } = provider.profile;
  // The map of a profile request fits the document of that request only.
  const profile = { map: url === undefined ? map : standardClaims };
  return { ...provider, endpoints, profile, withoutUserInfo: true };
}
