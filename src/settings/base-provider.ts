import { ConfigurationError } from '../ground/errors.ts';
import { openidProvider, resourceProvider } from '../providers/openid.ts';
import type { Provider } from '../providers/provider.ts';
import type { Configuration, ProviderConfiguration } from './configuration.ts';
import { knownNames, namedPreset } from './named-preset.ts';
import { unknownProvider } from './unknown-provider.ts';

/**
 * The provider that an entry of the configuration, or a name without one, is built on: a preset, an OpenID provider by
 * its issuer, or a server without OpenID Connect by its endpoints.
 *
 * Throws a `UsageError` for a name that nothing stands for, and a `ConfigurationError` for an entry that is incomplete.
 */
export function baseProvider(
  name: string,
  target: string,
  entry: ProviderConfiguration,
  configuration: Configuration,
): Provider {
  const preset = namedPreset(entry.preset ?? name, configuration);
  if (preset !== undefined) {
    return { ...preset, name };
  }
  if (entry.preset !== undefined) {
    throw incomplete(name, `there is no preset ${entry.preset}`);
  }
  if (entry.issuer !== undefined && entry.resource !== undefined) {
    return resourceProvider(name, entry.issuer, { identifier: entry.resource });
  }
  if (entry.issuer !== undefined) {
    return openidProvider(name, entry.label ?? name, entry.issuer);
  }
  const { authorization_endpoint, token_endpoint } = entry.endpoints ?? {};
  if (authorization_endpoint !== undefined && token_endpoint !== undefined) {
    const issuer = new URL(authorization_endpoint).origin;
    const provider = openidProvider(name, entry.label ?? name, issuer);
    // A server without OpenID Connect may refuse a request for offline_access.
    return { ...provider, discovery: 'none', scopes: [], offlineAccess: {} };
  }
  if (entry.oauth1 !== undefined) {
    const { origin } = new URL(entry.oauth1.authorization_uri);
    const provider = openidProvider(name, entry.label ?? name, origin);
    return { ...provider, discovery: 'none', scopes: [], offlineAccess: {} };
  }
  if (configuration.providers.has(name)) {
    throw incomplete(name, 'it has neither an issuer nor endpoints');
  }
  throw unknownProvider(target, knownNames(configuration));
}

function incomplete(name: string, what: string): ConfigurationError {
  return new ConfigurationError('config_invalid_value', `the provider ${name} cannot be used: ${what}`, {
    hint: `define it again with oauth-login setup ${name} --issuer URL`,
  });
}
