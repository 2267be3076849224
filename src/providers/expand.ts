import { defined } from '../ground/defined.ts';
import { UsageError } from '../ground/errors.ts';
import type { Provider } from './provider.ts';

/** Which instance of a provider is meant: the host, and the tenant at it. */
export interface ProviderInstance {
  readonly host?: string;
  readonly tenant?: string;
}

const HOST_GRAMMAR =
  /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*(?::[0-9]{1,5})?$/;
const EXACT_TENANT_GRAMMAR = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/;
const TENANT_GRAMMAR = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;
const UUID_GRAMMAR = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Gives the provider with `{host}`, `{api}` and `{tenant}` filled in everywhere; doing it twice changes nothing.
 *
 * Throws a `UsageError` for a host or tenant that is malformed, missing, or of no meaning to the provider.
 */
export function expandProvider(provider: Provider, instance: ProviderInstance = {}): Provider {
  const host = chooseHost(provider, instance.host);
  const tenant = chooseTenant(provider, instance);
  const values = new Map<string, string>();
  if (host !== undefined) {
    values.set('{host}', host);
    const api = apiOf(provider, host);
    if (api !== undefined) {
      values.set('{api}', api.replaceAll('{host}', host));
    }
  }
  if (tenant !== undefined) {
    values.set('{tenant}', tenant);
    if (UUID_GRAMMAR.test(tenant)) {
      // A tenant that is given by its id is the only one whose ID Tokens are accepted.
      values.set('{tenantid}', tenant);
    }
  }
  const { hosts, ...rest } = provider;
  const filled = fillTemplates(rest, values) as Omit<Provider, 'hosts'>;
  return {
    ...filled,
    label: host === undefined || host === hosts?.default ? filled.label : `${filled.label} (${host})`,
    ...(hosts === undefined ? {} : { hosts: { ...hosts, default: host ?? hosts.default } }),
    ...defined({ tenant }),
  };
}

function chooseHost(provider: Provider, given: string | undefined): string | undefined {
  if (provider.hosts === undefined) {
    if (given !== undefined) {
      throw new UsageError('usage_invalid', `${provider.label} has no other hosts`, {
        hint: `leave out --host, or use the issuer of your own server: oauth-login https://issuer.example`,
      });
    }
    return undefined;
  }
  const written = (given ?? provider.hosts.default).toLowerCase();
  if (written === '') {
    throw new UsageError('usage_invalid', `${provider.label} needs the host of your server`, {
      hint: `add --host, for example: oauth-login ${provider.name} --host server.example`,
    });
  }
  const host = readHost(written);
  if (host === undefined) {
    const [name = '', ...path] = written.split('/');
    const isBelowPath = path.length > 0 && readHost(name) !== undefined;
    if (isBelowPath && provider.hosts.belowPath === 'issuer') {
      throw new UsageError('usage_invalid', '--host is a host name with a path', {
        hint: `a ${provider.label} below a path is named by its address: oauth-login https://${written}`,
      });
    }
    throw new UsageError('usage_invalid', '--host is not a host name', {
      hint: `give the name alone, without https:// and without a path, for example: --host ${provider.name}.example.com`,
    });
  }
  return host;
}

/**
 * ASCII `host[:port]` that the URL parser leaves as it is, except for the default port. So no other host can be
 * meant.
 */
function readHost(written: string): string | undefined {
  if (written.length > 253 || !HOST_GRAMMAR.test(written) || !URL.canParse(`https://${written}/`)) {
    return undefined;
  }
  const { host } = new URL(`https://${written}/`);
  return host === written || `${host}:443` === written ? host : undefined;
}

function chooseTenant(provider: Provider, instance: ProviderInstance): string | undefined {
  const given = instance.tenant;
  if (given !== undefined && provider.tenant === undefined) {
    throw new UsageError('usage_invalid', `${provider.label} has no tenants`, { hint: 'leave out --tenant' });
  }
  if (provider.tenantNames === 'exact') {
    return chooseExactTenant(provider, instance);
  }
  const tenant = (given ?? provider.tenant)?.toLowerCase();
  if (tenant === '') {
    throw missingTenant(provider, instance.host);
  }
  if (tenant !== undefined && !TENANT_GRAMMAR.test(tenant)) {
    throw new UsageError('usage_invalid', '--tenant is neither an ID nor a domain', {
      hint: 'give the tenant ID, one of its domains, or common, organizations or consumers',
    });
  }
  return tenant;
}

/** The tenant with its letters as they are: a server that compares them knows no other form. */
function chooseExactTenant(
  { label, name, tenant: usual }: Provider,
  { host, tenant }: ProviderInstance,
): string {
  const given = tenant ?? usual ?? '';
  if (EXACT_TENANT_GRAMMAR.test(given)) {
    return given;
  }
  throw given === ''
    ? missingTenant({ label, name }, host)
    : wrongTenant('--tenant is not the ID of a tenant', name, host);
}

function missingTenant({ label, name }: Pick<Provider, 'label' | 'name'>, host?: string): UsageError {
  return wrongTenant(`${label} needs the ID of your tenant`, name, host);
}

function wrongTenant(what: string, name: string, host?: string): UsageError {
  const hostFlag = host === undefined ? '' : ` --host ${host}`;
  return new UsageError('usage_invalid', what, {
    hint: `give the ID exactly as the provider shows it, for example: oauth-login ${name}${hostFlag} --tenant my-id`,
  });
}

function apiOf(provider: Provider, host: string): string | undefined {
  return provider.hosts?.api?.find(
    ([pattern]) =>
      pattern === '*' || pattern === host || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1))),
  )?.[1];
}

function fillTemplates(value: unknown, values: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') {
    return value.replace(/\{[a-z]+\}/g, (template) => values.get(template) ?? template);
  }
  if (Array.isArray(value)) {
    return value.map((member) => fillTemplates(member, values));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, fillTemplates(member, values)]),
    );
  }
  return value;
}
