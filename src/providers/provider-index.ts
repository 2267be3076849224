import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { indexRow, type ProviderIndexRow } from './provider-index-row.ts';

/** Where the provider files are. The build replaces this file by one that names the place in the package. */
export const providersDirectory = join(import.meta.dirname, '../../providers');

let index: readonly ProviderIndexRow[] | undefined;

/** Gives the row of every provider file, by name. The build makes the rows once and puts them in place of this function. */
export function providerIndex(): readonly ProviderIndexRow[] {
  index ??= readdirSync(providersDirectory)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort()
    .map((name) =>
      indexRow(name, JSON.parse(readFileSync(join(providersDirectory, `${name}.json`), 'utf8'))),
    );
  return index;
}
