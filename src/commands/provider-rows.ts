import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { ConfigurationError } from '../ground/errors.ts';
import type { ProviderRow } from '../output/provider-list.ts';
import { catalogue } from '../providers/catalogue.ts';
import { indexRow } from '../providers/provider-index-row.ts';
import { type Configuration, readConfiguration } from '../settings/configuration.ts';
import { addedProvider, knownNames } from '../settings/named-preset.ts';
import { chooseTarget } from '../settings/target.ts';

/** A line for each provider that is known: the user's own ones and the catalogue. */
export function providerRows(configuration: Configuration): ProviderRow[] {
  return knownNames(configuration)
    .filter((known) => !(configuration.added?.get(known) instanceof Error))
    .map((known) => providerRow(known, configuration));
}

/** A line of the list; the file of a provider stays unread unless the configuration changes what is shown. */
function providerRow(name: string, configuration: Configuration): ProviderRow {
  const entry = configuration.providers.get(name);
  const isChanged = ['preset', 'label', 'issuer', 'host', 'tenant'].some((key) => key in (entry ?? {}));
  const own = addedProvider(name, configuration.added);
  const indexed = own === undefined ? catalogue.rowOf(name) : indexRow(name, own.file);
  const { label, issuer } =
    (isChanged ? undefined : indexed) ?? chooseTarget(name, {}, configuration).provider;
  return {
    name,
    label,
    issuer,
    ...defined({ group: indexed?.group }),
    aliases: indexed?.aliases ?? [],
    abilities: indexed?.abilities ?? [],
    isPreset: own === undefined && indexed !== undefined,
    hasClient: entry?.client_id !== undefined,
  };
}

/** The catalogue can be read where there is no place for files of the user's own. */
export async function ownConfiguration({ paths }: Context): Promise<Configuration> {
  try {
    return await readConfiguration(paths);
  } catch (error) {
    if (error instanceof ConfigurationError && error.code === 'config_no_home') {
      return { providers: new Map() };
    }
    throw error;
  }
}
