import type { FileHost } from '../providers/hosts-of-file.ts';
import type { ProviderFile } from '../providers/provider-file.ts';

/**
 * What a person reads before a provider file is added: every host that it names, in ASCII and in full, alone at the
 * start of a line, with what goes there.
 */
export function offeredProviderText(
  name: string,
  { label }: ProviderFile,
  hosts: readonly FileHost[],
): string {
  const lines = hosts.map(({ host, purposes }) => {
    const isInternational = /(?:^|\.)xn--/.test(host);
    const warning = isInternational ? '; this name contains letters that can look like others' : '';
    return `  ${host}\n    ${purposes.join('; ')}${warning}\n`;
  });
  return `A sign-in to ${label} (oauth-login ${name}) uses these hosts:\n\n${lines.join('')}\n`;
}

/** The question before it is added. */
export function addProviderQuestion(name: string): string {
  return `Do all of these belong to the provider, and do you want to add ${name}?`;
}

/** What `providers add` answers. */
export function addedProviderText(
  name: string,
  { label, hosts, tenant }: ProviderFile,
  path: string,
): string {
  const host = hosts !== undefined && hosts.default === undefined ? ' --host HOST' : '';
  const id = tenant === '' ? ' --tenant ID' : '';
  return `Added ${label} in ${path}.\nSign in with: oauth-login ${name}${host}${id}\n`;
}
