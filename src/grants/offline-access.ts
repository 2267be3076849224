import type { LoginSettings } from '../settings/login-settings.ts';

/**
 * The scopes and parameters of the authorization request, with what asks for a refresh token in the provider's
 * own way. A consent that was already given is asked for again only while no refresh token is stored.
 *
 * @see [OpenID Connect Core §11](https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess)
 */
export function offlineAccessRequest(
  settings: LoginSettings,
  hasRefreshToken: boolean,
): { readonly scopes: readonly string[]; readonly parameters: Readonly<Record<string, string>> } {
  const { scopes, parameters, provider } = settings;
  if (!settings.offlineAccess || settings.store === 'none') return { scopes, parameters };
  const { offlineAccess } = provider;
  return {
    scopes: [...new Set([...scopes, ...(offlineAccess.scopes ?? [])])],
    parameters: {
      ...offlineAccess.parameters,
      ...(hasRefreshToken ? {} : offlineAccess.consentParameters),
      ...parameters,
    },
  };
}
