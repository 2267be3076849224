import type { Context } from '../ground/context.ts';
import { UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { catalogue, findPreset, presetFile } from '../providers/catalogue.ts';
import { type FileHost, hostsOfFile } from '../providers/hosts-of-file.ts';
import type { ProviderFile } from '../providers/provider-file.ts';
import { PROVIDER_NAME } from '../providers/provider-file-texts.ts';
import { addedProviderPath, checkedProviderFile } from '../settings/added-providers.ts';
import { type Configuration, readConfiguration } from '../settings/configuration.ts';
import { openConfigurationLock } from '../settings/configuration-lock.ts';
import { readProviderSource } from './provider-source.ts';

/** A provider file that may be added, once the person agrees. */
export interface OfferedProvider {
  readonly name: string;
  readonly file: ProviderFile;
  readonly text: string;
  /** Every host that it names, and what for. */
  readonly hosts: readonly FileHost[];
}

/** How the file is to be added. */
export interface AddWish {
  /** The name to add it under; that of the file when absent. */
  readonly name?: string;
  /** It may take the place of a known provider, or use the hosts of one. */
  readonly replace?: boolean;
}

/** Words that `providers` takes as the first one. */
export const providerActions: ReadonlySet<string> = new Set(['add', 'export', 'remove']);

/**
 * Reads and checks a provider file that somebody wants to add; changes nothing.
 *
 * Throws a `ConfigurationError` for a file that cannot be used, and a `UsageError` for a name that is taken, or for
 * endpoints on the host of another known provider, unless `replace` allows both.
 */
export async function offeredProvider(
  source: string,
  wish: AddWish,
  context: Context,
): Promise<OfferedProvider> {
  const name = nameOf(wish.name ?? nameOfSource(source));
  const text = await readProviderSource(source, context);
  const file = await checkedProviderFile(source === '-' ? 'standard input' : source, text);
  const configuration = await readConfiguration(context.paths);
  const hosts = hostsOfFile(file);
  refuseConfigured(name, configuration);
  if (wish.replace !== true) {
    const again = `oauth-login providers add ${shellQuoted(source)} --name ${name} --replace`;
    refuseTaken(name, configuration, again);
    refuseForeignHosts(name, hosts, configuration, again);
  }
  return { name, file, text, hosts };
}

/** Writes the file into the user's configuration directory; gives its path. Throws a `ConfigurationError`. */
export async function addProvider({ name, text }: OfferedProvider, context: Context): Promise<string> {
  const path = addedProviderPath(context.paths, name);
  const lock = await openConfigurationLock(path, context);
  try {
    lock.replace(text);
  } finally {
    lock.close();
  }
  return path;
}

function nameOfSource(source: string): string {
  const last = (source.split(/[?#]/, 1)[0] ?? '').split(/[\\/]/).at(-1) ?? '';
  return last.replace(/\.json$/i, '');
}

function nameOf(name: string): string {
  if (PROVIDER_NAME.test(name) && !providerActions.has(name)) {
    return name;
  }
  throw new UsageError('usage_invalid', `${JSON.stringify(name)} cannot be the name of a provider`, {
    hint: 'name it with --name, in small letters, digits, ".", "_" and "-", for example --name acme',
  });
}

function refuseConfigured(name: string, { providers }: Configuration): void {
  const { issuer, endpoints, preset } = providers.get(name) ?? {};
  if (issuer === undefined && endpoints === undefined && preset === undefined) {
    return;
  }
  throw new UsageError('usage_conflict', `the name ${name} already stands for an entry in config.json`, {
    hint: `choose another name: --name my-${name}`,
  });
}

function refuseTaken(name: string, { added }: Configuration, again: string): void {
  const present = added?.get(name);
  const label =
    present === undefined || present instanceof Error ? findPreset(name)?.label : present.provider.label;
  if (label === undefined && present === undefined) {
    return;
  }
  throw new UsageError('usage_conflict', `the name ${name} already stands for ${label ?? 'another file'}`, {
    hint: `choose another name with --name my-${name}, or replace that one: ${again}`,
  });
}

/** A file of a stranger that mixes the hosts of a known provider with others could lead codes and tokens astray. */
function refuseForeignHosts(
  name: string,
  hosts: readonly FileHost[],
  { added }: Configuration,
  again: string,
): void {
  const others = new Map(catalogue.keys().map((key) => [key, presetFile(key)]));
  for (const [key, value] of added ?? []) {
    if (!(value instanceof Error)) {
      others.set(key, value.file);
    }
  }
  others.delete(name);
  const owners = new Map(
    [...others.values()].flatMap((file) => hostsOfFile(file).map(({ hostname }) => [hostname, file.label])),
  );
  const taken = hosts.flatMap(({ host, hostname }) => {
    // The host that a person gives with --host belongs to no known provider.
    const owner = hostname.includes('{host}') ? undefined : owners.get(hostname);
    return owner === undefined ? [] : [`${host} (${owner})`];
  });
  if (taken.length === 0) {
    return;
  }
  throw new UsageError(
    'usage_conflict',
    `${name} was not added, because it uses hosts of other providers: ${taken.join(', ')}`,
    { hint: `if you trust its author: ${again}` },
  );
}
