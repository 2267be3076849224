import type { Configuration } from '../settings/configuration.ts';
import { namedPreset } from '../settings/named-preset.ts';

/** Which server of a provider is meant. */
interface Instance {
  readonly host?: string;
  readonly tenant?: string;
}

/** What a provider of that name cannot do without and neither the flags nor the configuration say. */
export function missingInstance(
  name: string,
  flags: Instance,
  configuration: Configuration,
): { readonly host: boolean; readonly tenant: boolean } {
  const entry = configuration.providers.get(name.toLowerCase());
  const preset = namedPreset(entry?.preset ?? name.toLowerCase(), configuration);
  if (preset === undefined || entry?.issuer !== undefined) {
    return { host: false, tenant: false };
  }
  const needsTenant = preset.tenant === '' || (preset.tenantNames === 'exact' && !preset.tenant);
  return {
    host: preset.hosts?.default === '' && (flags.host ?? entry?.host) === undefined,
    tenant: needsTenant && (flags.tenant ?? entry?.tenant) === undefined,
  };
}
