import type { AccountHead } from '../accounts/account.ts';
import type { Provider } from '../providers/provider.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import type { ProviderConfiguration } from '../settings/configuration.ts';

/** How a refresh token is asked for: not at all, with the consent that was given before, or with one given now. */
export type OfflineAccessWish = 'none' | 'consent-standing' | 'consent-asked';

/** What decides whether a refresh token is asked for, and what the person wants in any case. */
export interface OfflineAccessSettings {
  readonly scopes: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  /** The person wants to stay signed in. */
  readonly offlineAccess: boolean;
  /** `none`: nothing is kept. */
  readonly store?: StoreKind | 'none';
  readonly provider: Pick<Provider, 'offlineAccess'>;
  readonly configuration: Pick<ProviderConfiguration, 'scopes'>;
}

/** The part of an authorization request that asks for a refresh token, with what the person wanted in any case. */
export interface OfflineAccessRequest {
  readonly scopes: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  /** The tool has added some of it by itself. */
  readonly isAdded: boolean;
}

/**
 * The scopes and parameters of the authorization request, with what asks for a refresh token in the provider's own way.
 *
 * `resolved` is the provider as its metadata has it: no scope is added that the server does not know, nor any to the
 * scopes that the user configured, and what goes with such a scope is sent with it alone.
 *
 * @see [OpenID Connect Core §11](https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess)
 */
export function offlineAccessRequest(
  settings: OfflineAccessSettings,
  resolved: Pick<Provider, 'offlineAccess'>,
  wish: OfflineAccessWish,
): OfflineAccessRequest {
  const { scopes, parameters, configuration } = settings;
  if (!settings.offlineAccess || settings.store === 'none' || wish === 'none') {
    return { scopes, parameters, isAdded: false };
  }
  const own = settings.provider.offlineAccess;
  const known = configuration.scopes === undefined ? (resolved.offlineAccess.scopes ?? []) : [];
  const all = [...new Set([...scopes, ...known])];
  const isAsked = own.scopes === undefined || own.scopes.some((scope) => all.includes(scope));
  const added = isAsked
    ? { ...own.parameters, ...(wish === 'consent-asked' ? own.consentParameters : {}) }
    : {};
  return {
    scopes: all,
    parameters: { ...added, ...parameters },
    isAdded: all.length > scopes.length || Object.keys(added).some((name) => parameters[name] === undefined),
  };
}

/**
 * Whether the consent given before is enough for this sign-in: each of these accounts, any of which may come back, has a
 * person and a refresh token that covers the scopes.
 */
export function isConsentStanding(accounts: readonly AccountHead[], scopes: readonly string[]): boolean {
  const covers = ({ hasRefreshToken, needsLogin, requestedScopes, profile }: AccountHead) =>
    profile !== undefined &&
    hasRefreshToken &&
    needsLogin === undefined &&
    scopes.every((scope) => requestedScopes.includes(scope));
  return accounts.length > 0 && accounts.every(covers);
}

/**
 * The parameters with what lets the person choose among several accounts at the provider, where it knows that; a
 * `prompt` that the person gave stands (OpenID Connect Core §3.1.2.1).
 */
export function withAccountChoice(
  parameters: Readonly<Record<string, string>>,
  settings: Pick<OfflineAccessSettings, 'parameters'>,
  resolved: Pick<Provider, 'promptValues'>,
): Readonly<Record<string, string>> {
  if (settings.parameters.prompt !== undefined) {
    return parameters;
  }
  if (resolved.promptValues?.includes('select_account') !== true) {
    return parameters;
  }
  const prompts = [parameters.prompt, 'select_account'].filter((prompt) => prompt !== undefined);
  return { ...parameters, prompt: prompts.join(' ') };
}
