import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProviderFile } from './provider-file.ts';

/** Where the provider files are. The build replaces this file by one that names the place in the package. */
export const providersDirectory = join(import.meta.dirname, '../../providers');

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

let index: readonly ProviderIndexRow[] | undefined;

/** Gives the row of every provider file, by name. The build makes the rows once and puts them in place of this function. */
export function providerIndex(): readonly ProviderIndexRow[] {
  index ??= readdirSync(providersDirectory)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) =>
      indexRow(
        file.slice(0, -'.json'.length),
        JSON.parse(readFileSync(join(providersDirectory, file), 'utf8')),
      ),
    );
  return index;
}

function indexRow(name: string, file: ProviderFile): ProviderIndexRow {
  const { label, group, issuer, aliases = [], endpoints = {}, hosts } = file;
  const addresses = [issuer, ...Object.values(endpoints)]
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
      ...(file.revocation.kind === 'none' ? [] : ['revocation']),
      ...(file.client_secret === 'required' ? [] : ['no secret']),
      ...(file.self_registration === undefined ? [] : ['nothing to register']),
    ],
  };
}
