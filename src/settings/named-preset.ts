import { catalogue, findPreset } from '../providers/catalogue.ts';
import { nameWithoutOAuth1 } from '../providers/oauth1.ts';
import type { Provider } from '../providers/provider.ts';
import type { AddedProvider, AddedProviders } from './added-providers.ts';
import type { Configuration } from './configuration.ts';

/**
 * Gives the provider that a file describes: one that was added, or one of the catalogue, by its name or an alias.
 *
 * Throws the `ConfigurationError` of a file that was added and cannot be used.
 */
export function namedPreset(name: string, files: Pick<Configuration, 'added'>): Provider | undefined {
  const { added } = files;
  const found =
    addedProvider(name, added)?.provider ?? findPreset(name) ?? addedUnderAlias(name, added)?.provider;
  const other = found === undefined ? nameWithoutOAuth1(name) : undefined;
  return other === undefined ? found : namedPreset(other, files)?.byOAuth1?.();
}

/** Whether a name stands for a provider: a configured one, or one that a file describes. Throws like `namedPreset`. */
export function isProviderName(name: string, configuration: Configuration): boolean {
  return configuration.providers.has(name) || namedPreset(name, configuration) !== undefined;
}

/** Gives the file of exactly that name that was added; throws like `namedPreset`. */
export function addedProvider(name: string, added: AddedProviders | undefined): AddedProvider | undefined {
  const found = added?.get(name);
  if (found instanceof Error) {
    throw found;
  }
  return found;
}

/** The names of all provider files. */
export function presetNames({ added }: Pick<Configuration, 'added'>): string[] {
  return [...new Set([...(added?.keys() ?? []), ...catalogue.keys()])];
}

function addedUnderAlias(name: string, added: AddedProviders | undefined): AddedProvider | undefined {
  for (const found of added?.values() ?? []) {
    if (!(found instanceof Error) && found.file.aliases?.includes(name)) {
      return found;
    }
  }
  return undefined;
}

/** The names a person can give, for suggestions. */
export function knownNames(configuration: Configuration): string[] {
  return [...new Set([...configuration.providers.keys(), ...presetNames(configuration)])].sort();
}
