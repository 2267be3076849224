import { UsageError } from '../ground/errors.ts';
import { presetOfHost } from '../providers/catalogue.ts';
import { isSameButLastSlash } from '../providers/issuer-spelling.ts';
import type { Provider } from '../providers/provider.ts';

/**
 * Throws a `UsageError` with the command to run for an address that belongs to a provider known by its name and is no
 * issuer: its front door, a page of its console, or an address that stands for many issuers. An issuer is let pass.
 */
export function refuseKnownAddress(url: URL): void {
  const preset = presetOfHost(url.host);
  if (preset === undefined) {
    return;
  }
  const tenant = refusedTenant(url, preset);
  if (tenant !== undefined) {
    throw tenant;
  }
  if (isIssuer(preset, url.href.replace(/\/$/, ''))) {
    return;
  }
  const shown = `${url.origin}${url.pathname.replace(/\/$/, '')}`;
  throw new UsageError(
    'usage_unknown_provider',
    `${shown} is an address of ${preset.label}, which has a name here; did you mean ${preset.name}?`,
    {
      hint: `write ${preset.name} instead of the address: oauth-login ${preset.name} (to use the address as it is: --issuer ${shown})`,
    },
  );
}

/** Throws a `UsageError` for the tenant that stands for many issuers, also where it was named exactly: none is compared. */
export function refuseSharedTenant(url: URL): void {
  const preset = presetOfHost(url.host);
  const tenant = url.pathname.split('/')[1]?.toLowerCase() ?? '';
  if (preset?.sharedTenants?.includes(tenant) !== true) {
    return;
  }
  const refused = refusedTenant(url, preset);
  if (refused !== undefined) {
    throw refused;
  }
}

/** Whether metadata at that address are enough; a preset that insists on a client secret knows more than they tell. */
function isIssuer({ issuer, hosts, clientSecret }: Provider, address: string): boolean {
  if (clientSecret === 'required') {
    return false;
  }
  const [before = '', after] = issuer.replace('{host}', hosts?.default ?? '').split('{tenant}');
  if (after === undefined) {
    return isSameButLastSlash(before, address);
  }
  return address.startsWith(before) && address.endsWith(after);
}

/** The address of a tenant that is not an issuer: one that stands for many, or one without the end of the template. */
function refusedTenant(url: URL, preset: Provider): UsageError | undefined {
  const { name, label, issuer, tenant: usual, sharedTenants } = preset;
  const [before = '', after] = issuer.split('{tenant}');
  const tenant = url.pathname.split('/')[1]?.toLowerCase() ?? '';
  if (after === undefined || !url.href.startsWith(before) || !/^[a-z0-9][a-z0-9.-]*$/.test(tenant)) {
    return undefined;
  }
  const isShared = sharedTenants?.includes(tenant) === true;
  if (!isShared && isSameButLastSlash(`${before}${tenant}${after}`, url.href.toLowerCase())) {
    return undefined;
  }
  const command = `oauth-login ${name}${tenant === usual ? '' : ` --tenant ${tenant}`}`;
  const what = isShared ? 'stands for many issuers' : 'is not an issuer';
  return new UsageError(
    'usage_unknown_provider',
    `${url.origin}/${tenant} of ${label} ${what}; did you mean ${name}?`,
    { hint: `write it like this: ${command}` },
  );
}
