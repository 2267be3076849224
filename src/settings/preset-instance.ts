import { ConfigurationError } from '../ground/errors.ts';
import type { ProviderInstance } from '../providers/expand.ts';
import { isSameButLastSlash } from '../providers/issuer-spelling.ts';
import type { Provider } from '../providers/provider.ts';

/**
 * Gives the host or the tenant at which a preset has that issuer: then every one of its endpoints is there as well.
 *
 * Throws a `ConfigurationError` when it has that issuer nowhere, or the entry names another place besides: a client and
 * its secret never go to the preset's own servers when another issuer is named (RFC 9700 §4.4).
 */
export function instanceOfIssuer(
  name: string,
  preset: Provider,
  issuer: string,
  named: ProviderInstance,
): ProviderInstance {
  const instance = instanceInTemplate(preset, issuer);
  if (instance === undefined) {
    throw new ConfigurationError(
      'config_invalid_value',
      `the provider ${name} cannot be used: the preset ${preset.name} has no endpoints at the issuer ${issuer}`,
      {
        hint: `remove "preset" from ${name} in config.json, or give the issuer another name: oauth-login setup my-${name} --issuer ${issuer}`,
      },
    );
  }
  const isElsewhere = (['host', 'tenant'] as const).some(
    (part) => named[part] !== undefined && named[part]?.toLowerCase() !== instance[part],
  );
  if (!isElsewhere) {
    return instance;
  }
  throw new ConfigurationError(
    'config_invalid_value',
    `the provider ${name} cannot be used: its issuer ${issuer} is not at ${named.host ?? named.tenant}`,
    { hint: `remove "issuer", or "host" and "tenant", from ${name} in config.json` },
  );
}

/** The value for `{host}` or `{tenant}` in the issuer; `undefined` where the issuer does not fit the template. */
function instanceInTemplate(
  { issuer: template, hosts }: Provider,
  issuer: string,
): ProviderInstance | undefined {
  const [before = '', part, after = ''] = template.split(/\{(host|tenant)\}/);
  if (part === undefined) {
    return isSameButLastSlash(template, issuer) ? {} : undefined;
  }
  const value = issuer.slice(before.length).split('/', 1).join('').toLowerCase();
  const own = part === 'host' && value === '' ? hosts?.default : value;
  if (own === undefined || own === '') {
    return undefined;
  }
  return isSameButLastSlash(`${before}${own}${after}`, issuer.toLowerCase()) ? { [part]: own } : undefined;
}
