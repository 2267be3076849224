import { defined } from '../ground/defined.ts';
import { ConfigurationError, UsageError } from '../ground/errors.ts';
import { checkEndpoint } from '../providers/endpoint.ts';
import { expandProvider, type ProviderInstance } from '../providers/expand.ts';
import { isSameButLastSlash, issuerOfAddress } from '../providers/issuer-spelling.ts';
import { nameByOAuth1 } from '../providers/oauth1.ts';
import { openidProvider } from '../providers/openid.ts';
import type { Provider } from '../providers/provider.ts';
import { baseProvider } from './base-provider.ts';
import type { Configuration, ProviderConfiguration } from './configuration.ts';
import { withConfiguration } from './configured-provider.ts';
import { refuseKnownAddress, refuseSharedTenant } from './known-address.ts';
import { namedPreset } from './named-preset.ts';
import { instanceOfIssuer } from './preset-instance.ts';
import { notPlainUrl, typedUrl } from './typed-url.ts';

/** The flags that say which provider is meant. */
export interface TargetFlags {
  readonly host?: string;
  readonly tenant?: string;
  readonly issuer?: string;
  /** OAuth 1.0a is meant (RFC 5849), where the provider has OAuth 2.0 too. */
  readonly oauth1?: boolean;
}

/** The provider a target means: the preset with the configuration laid over it and its templates filled. */
export interface Target {
  /** What was typed; a name in small letters. */
  readonly target: string;
  readonly provider: Provider;
  readonly configuration: ProviderConfiguration;
  /** The catalogue's row that the provider is built on, when it has another name. */
  readonly preset?: string;
  readonly host?: string;
  readonly tenant?: string;
  /** The Issuer Identifier was given with `--issuer`, so metadata at exactly that place was asked for. */
  readonly issuerNamed: boolean;
}

/**
 * Finds the provider that a target names: the user's own, one of the catalogue, or an issuer URL.
 *
 * Throws a `UsageError` with the nearest names, or a `ConfigurationError` when the configuration is incomplete.
 */
export function chooseTarget(typed: string, flags: TargetFlags, configuration: Configuration): Target {
  const url = typedUrl(issuerOfAddress(flags.issuer ?? typed));
  if (url === undefined && flags.issuer !== undefined) {
    throw notPlainUrl();
  }
  // Names have no capital letters, so the lower-case name is meant.
  const plain = typedUrl(typed) === undefined ? typed.toLowerCase() : typed;
  const target = flags.oauth1 === true ? targetByOAuth1(plain, configuration) : plain;
  if (url !== undefined) {
    return issuerTarget(url, target, flags, configuration);
  }
  const [name, entry] = configuredEntry(target, flags, configuration);
  const base = baseProvider(name, target, entry, configuration);
  const where = instanceOf(name, flags, entry, configuration);
  const { host } = where;
  const expanded = expandProvider(withConfiguration(base, entry), where);
  const isDefaultHost = host === undefined || host === base.hosts?.default;
  const named = {
    ...expanded,
    name: isDefaultHost || configuration.providers.has(name) ? name : nameOfHost(host),
  };
  const preset = namedPreset(entry.preset ?? name, configuration)?.name;
  return {
    target,
    provider: named,
    configuration: entry,
    ...(preset === undefined || preset === named.name ? {} : { preset }),
    ...where,
    issuerNamed: false,
  };
}

/** The name that stands for OAuth 1.0a at that provider. Throws a `UsageError` for a provider without it. */
function targetByOAuth1(target: string, configuration: Configuration): string {
  const preset = namedPreset(target, configuration);
  if (configuration.providers.get(target)?.oauth1 !== undefined || preset?.oauth1 !== undefined) {
    return target;
  }
  if (preset?.byOAuth1 !== undefined) {
    return nameByOAuth1(preset.name);
  }
  throw new UsageError('usage_invalid', `${preset?.label ?? target} has no OAuth 1.0a, as far as is known`, {
    hint: 'leave out --oauth1, or describe its server of OAuth 1.0a in config.json (see docs/oauth1.md)',
  });
}

/** The host and the tenant by flag, configuration, or the issuer that the configuration names besides a preset. */
function instanceOf(
  name: string,
  flags: TargetFlags,
  entry: ProviderConfiguration,
  configuration: Configuration,
): ProviderInstance {
  const named = defined({ host: flags.host ?? entry.host, tenant: flags.tenant ?? entry.tenant });
  const preset = namedPreset(entry.preset ?? name, configuration);
  if (preset === undefined || entry.issuer === undefined) {
    return named;
  }
  return instanceOfIssuer(name, preset, entry.issuer, named);
}

/** A provider's name made from a host, for targets that are given as an address. */
export function nameOfHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|[.-]+$/g, '')
    .slice(0, 64);
}

function issuerTarget(url: URL, target: string, flags: TargetFlags, configuration: Configuration): Target {
  if (flags.host !== undefined || flags.tenant !== undefined) {
    throw new UsageError(
      'usage_conflict',
      '--host and --tenant cannot be used with the address of an issuer',
      {
        hint: 'leave them out, or name the kind of server: oauth-login gitlab --host git.example.com',
      },
    );
  }
  const typed = issuerOfAddress(flags.issuer ?? target);
  const isAddress = flags.issuer === undefined || flags.issuer === target;
  const issuer = url.pathname === '/' && !typed.endsWith('/') ? url.origin : url.href;
  // Two of one issuer may differ in their client or their scopes: a name that was given means that one.
  const configured = [...configuration.providers].find(
    ([name, { issuer: own, resource }]) =>
      own !== undefined &&
      // The client of a resource is for that resource alone.
      resource === undefined &&
      isSameButLastSlash(own, issuer) &&
      (isAddress || name === target),
  );
  if (configured?.[1].preset !== undefined && flags.issuer === undefined) {
    return { ...chooseTarget(configured[0], flags, configuration), target };
  }
  const name = configured?.[0] ?? (isAddress ? nameOfHost(url.host) : target);
  const entry = configured?.[1] ?? entryOfNoOtherIssuer(name, configuration);
  const own = { ...entry, issuer };
  const isNamed = configured !== undefined || !isAddress;
  const label = entry.label ?? (isNamed ? name : url.host);
  if (configured === undefined && flags.issuer === undefined) {
    refuseKnownAddress(url);
  }
  refuseSharedTenant(url);
  const checked = checkEndpoint(issuer, { allowHttpLoopback: true });
  if ('fault' in checked) {
    throw unfitIssuer(label, checked);
  }
  const provider = withConfiguration(openidProvider(name, label, issuer), own);
  return { target, provider, configuration: own, issuerNamed: flags.issuer !== undefined };
}

function unfitIssuer(label: string, { fault, hint }: { readonly fault: string; readonly hint?: string }) {
  return new ConfigurationError('config_invalid_value', `the issuer of ${label} ${fault}`, {
    hint: hint ?? 'an issuer looks like https://login.example.com or https://login.example.com/tenant',
  });
}

/** What is configured for another issuer, its client and its endpoints, stays with that one (RFC 9700 §4.4). */
function entryOfNoOtherIssuer(name: string, configuration: Configuration): ProviderConfiguration {
  const entry = configuration.providers.get(name);
  const isOther =
    entry?.issuer !== undefined || namedPreset(entry?.preset ?? name, configuration) !== undefined;
  return entry === undefined || isOther ? {} : entry;
}

function configuredEntry(
  target: string,
  flags: TargetFlags,
  configuration: Configuration,
): readonly [string, ProviderConfiguration] {
  if (flags.host !== undefined) {
    const own = [...configuration.providers].find(
      ([, entry]) => entry.host === flags.host && entry.preset === target,
    );
    if (own !== undefined) {
      return own;
    }
    const preset = namedPreset(target, configuration);
    if (flags.host !== preset?.hosts?.default) {
      return [preset?.name ?? target, {}];
    }
  }
  const isConfigured = configuration.providers.has(target);
  const name = isConfigured ? target : (namedPreset(target, configuration)?.name ?? target);
  return [name, configuration.providers.get(name) ?? {}];
}
