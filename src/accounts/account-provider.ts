import { defined } from '../ground/defined.ts';
import { ConfigurationError, UsageError } from '../ground/errors.ts';
import type { OAuthClient } from '../protocol/client-authentication.ts';
import { openidProvider, resourceProvider } from '../providers/openid.ts';
import type { Provider, ResolvedProvider } from '../providers/provider.ts';
import type { Configuration } from '../settings/configuration.ts';
import { withConfiguration } from '../settings/configured-provider.ts';
import { namedPreset } from '../settings/named-preset.ts';
import { chooseTarget } from '../settings/target.ts';
import type { AccountHead, AccountSecrets } from './account.ts';

/**
 * The provider of a stored account, with the endpoints it was signed in with and no others: secrets never
 * follow metadata or a configuration that changed afterwards.
 */
export function providerOfAccount(head: AccountHead, configuration: Configuration): ResolvedProvider {
  const known = knownProvider(head, configuration);
  const { userinfo_endpoint: _userInfo, ...others } = head.endpoints;
  const endpoints = known.withoutUserInfo ? others : head.endpoints;
  return {
    ...known,
    discovered: [],
    name: head.provider,
    label: head.label,
    issuer: head.issuer,
    endpoints,
    metadata: {
      issuer: head.issuer,
      ...endpoints,
      ...(head.idTokenAlgorithms === undefined
        ? {}
        : { id_token_signing_alg_values_supported: [...head.idTokenAlgorithms] }),
      ...(head.userInfoAlgorithms === undefined
        ? {}
        : { userinfo_signing_alg_values_supported: [...head.userInfoAlgorithms] }),
    },
    ...defined({
      tokenPresentation: known.tokenPresentation ?? head.tokenPresentation,
      host: head.host,
      tenant: head.tenant,
    }),
  };
}

/** The client of a stored account. */
export function clientOfAccount(head: AccountHead, secrets: AccountSecrets): OAuthClient {
  return {
    clientId: head.clientId,
    clientAuthentication: head.clientAuthentication,
    ...defined({
      clientSecret: secrets.clientSecret,
      clientKey: secrets.clientKey,
      assertionAudience: head.assertionAudience,
    }),
  };
}

function knownProvider(head: AccountHead, configuration: Configuration): Provider {
  const flags = {
    ...defined({ host: head.host, tenant: head.tenant }),
  };
  if (head.resource !== undefined) {
    const { resource } = head;
    const provider = resourceProvider(head.provider, head.issuer, { identifier: resource });
    const entry = configuration.providers.get(head.provider);
    const isOwn = entry?.resource === resource && entry.issuer === head.issuer;
    const known = isOwn ? withConfiguration(provider, entry) : provider;
    return head.isResourceUnsent ? { ...known, isResourceUnsent: true } : known;
  }
  // The user's own entry is found by the name of the account. An entry for a host is found by the name of its
  // preset, and an entry for a provider that is given by its address by that address.
  for (const target of [head.provider, head.preset, head.issuer]) {
    if (target === undefined) {
      continue;
    }
    try {
      // To look for a name that is like one that nobody knows takes longer than all else here.
      const isName = target !== head.issuer && !configuration.providers.has(target);
      if (isName && namedPreset(target, configuration) === undefined) {
        continue;
      }
      const { provider } = chooseTarget(target, flags, configuration);
      if (provider.issuer === head.issuer) {
        return provider;
      }
    } catch (error) {
      // The user removed the provider, or a part of it, from the configuration. What the account keeps is enough.
      if (!(error instanceof UsageError || error instanceof ConfigurationError)) {
        throw error;
      }
    }
  }
  return openidProvider(head.provider, head.label, head.issuer);
}
