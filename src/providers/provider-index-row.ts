import type { ProviderFile } from './provider-file.ts';

/** What lists, suggestions and completion need of a provider, so that its file stays unread. */
export interface ProviderIndexRow {
  readonly name: string;
  readonly label: string;
  readonly group: string;
  readonly issuer: string;
  readonly aliases: readonly string[];
  /** The hosts of its endpoints; none of one that is installed on hosts of its users. */
  readonly hosts: readonly string[];
  /** The hosts of the pages on which people register clients and review access. */
  readonly pages: readonly string[];
  /** What can be done there, in words of one or two. */
  readonly abilities: readonly string[];
}

/** Gives the row of a provider file. */
export function indexRow(name: string, file: ProviderFile): ProviderIndexRow {
  const { label, group, issuer, aliases = [], endpoints = {}, oauth1, hosts } = file;
  const addresses = [
    issuer,
    ...Object.values(endpoints),
    ...(oauth1 === undefined ? [] : [oauth1.authorization_uri, oauth1.token_uri]),
  ]
    .map((address) => address.replace('{host}', hosts?.default ?? '{host}'))
    .filter((address) => URL.canParse(address) && !/^https:\/\/[^/]*\{/.test(address));
  return {
    name,
    label,
    group,
    issuer: hosts?.default === undefined ? issuer : issuer.replace('{host}', hosts.default),
    aliases,
    hosts: [...new Set(addresses.map((address) => new URL(address).hostname))],
    pages: [
      ...[file.registration?.page ?? '', file.review_page ?? '']
        .filter((page) => URL.canParse(page) && !/^https:\/\/[^/]*\{/.test(page))
        .map((page) => new URL(page).hostname),
      ...(file.consoles ?? []),
    ],
    abilities: [
      ...(hosts !== undefined && hosts.default === undefined ? ['host'] : []),
      ...(endpoints.device_authorization_endpoint === undefined ? [] : ['device']),
      ...(oauth1 === undefined ? [] : ['OAuth 1.0a']),
      ...(file.revocation.kind === 'none' ? [] : ['revocation']),
      ...(file.client_secret === 'required' ? [] : ['no secret']),
      ...(file.self_registration === undefined ? [] : ['nothing to register']),
    ],
  };
}
