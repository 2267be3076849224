import type { AccountHead } from '../accounts/account.ts';
import type { LoginSettings } from '../settings/login-settings.ts';

/**
 * The scopes and parameters of the authorization request, with what asks for a refresh token in the provider's
 * own way. A consent that was already given is not asked for again while it stands.
 *
 * @see [OpenID Connect Core §11](https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess)
 */
export function offlineAccessRequest(
  settings: LoginSettings,
  isConsentStanding: boolean,
): { readonly scopes: readonly string[]; readonly parameters: Readonly<Record<string, string>> } {
  const { scopes, parameters, provider } = settings;
  if (!settings.offlineAccess || settings.store === 'none') return { scopes, parameters };
  const { offlineAccess } = provider;
  return {
    scopes: [...new Set([...scopes, ...(offlineAccess.scopes ?? [])])],
    parameters: {
      ...offlineAccess.parameters,
      ...(isConsentStanding ? {} : offlineAccess.consentParameters),
      ...parameters,
    },
  };
}

/**
 * Whether the consent given before is enough for this sign-in: whoever of these accounts comes back has a refresh
 * token that works and covers the scopes. For anybody else, an account without a person included, a server that is not asked for consent sends none.
 */
export function isConsentStanding(accounts: readonly AccountHead[], scopes: readonly string[]): boolean {
  const covers = ({ hasRefreshToken, needsLogin, requestedScopes, profile }: AccountHead) =>
    profile !== undefined &&
    hasRefreshToken &&
    needsLogin === undefined &&
    scopes.every((scope) => requestedScopes.includes(scope));
  return accounts.length > 0 && accounts.every(covers);
}
