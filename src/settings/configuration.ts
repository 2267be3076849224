import { dirname, join } from 'node:path';
import type { Paths } from '../ground/context.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { catalogue, findPreset } from '../providers/catalogue.ts';
import { suggestion } from '../providers/description.ts';
import { issuerOfAddress } from '../providers/issuer-spelling.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import { type AddedProviders, readAddedProviders } from './added-providers.ts';
import { checkedDocument, invalidDocument } from './checked-document.ts';
import {
  configurationDocument,
  type ProviderConfiguration,
  presetName,
} from './configuration-description.ts';
import { CONFIGURATION_FILE, fileUnderHome } from './configuration-file.ts';
import { readConfigurationSource } from './configuration-source.ts';
import { readMachineFile } from './machine-file.ts';

/** `config.json` in the user's own configuration directory: no secrets, and no program to run. */
export interface Configuration {
  readonly store?: StoreKind;
  readonly default_account?: string;
  readonly default_accounts?: Readonly<Record<string, string>>;
  readonly directories?: Readonly<Record<string, string | readonly string[]>>;
  /** Whether each token that is handed out is noted in a file. */
  readonly log_releases?: boolean;
  /** Where the document about this tool is that is its client identifier at some servers. */
  readonly client_metadata_url?: string;
  readonly providers: ReadonlyMap<string, ProviderConfiguration>;
  /** The provider files that are no part of this package; absent: there are none. */
  readonly added?: AddedProviders;
}

export { PROVIDER_NAME } from '../providers/provider-file-texts.ts';
export type { ProviderConfiguration } from './configuration-description.ts';

/**
 * Reads the user's configuration, and the machine's below it; an absent file is an empty one, and so is one that has no
 * place because there is no home.
 *
 * Throws a `ConfigurationError` that names file, line, key and what was expected.
 */
export async function readConfiguration(paths: Paths): Promise<Configuration> {
  const { machine } = paths;
  const file = fileUnderHome(paths);
  const added = await readAddedProviders(file === undefined ? undefined : dirname(file), machine);
  const own = await readUserConfiguration(paths, added);
  const source = machine === undefined ? undefined : readMachineFile(machine, CONFIGURATION_FILE);
  if (machine === undefined || source === undefined) {
    return own;
  }
  const shared = await configurationOf(join(machine.directory, CONFIGURATION_FILE), source, added);
  const providers = new Map(shared.providers);
  for (const [name, entry] of own.providers) {
    providers.set(name, overMachineEntry(shared.providers.get(name), entry));
  }
  return { ...shared, ...own, providers };
}

/** Reads what the user has configured, without what the machine's file adds; throws like `readConfiguration`. */
export async function readUserConfiguration(paths: Paths, added?: AddedProviders): Promise<Configuration> {
  const file = fileUnderHome(paths);
  const source = file === undefined ? undefined : readConfigurationSource(file);
  const files =
    added ?? (await readAddedProviders(file === undefined ? undefined : dirname(file), paths.machine));
  if (file === undefined || source === undefined) {
    return { providers: new Map(), ...known(files) };
  }
  return configurationOf(file, source, files);
}

/**
 * Checks the text that is to become the user's configuration, so that no command writes what none can read. Throws a
 * `ConfigurationError` that names key and what was expected.
 */
export async function checkNextConfiguration(source: string, added: AddedProviders): Promise<void> {
  try {
    await configurationOf('', source, added);
  } catch (cause) {
    if (!(cause instanceof ConfigurationError)) {
      throw cause;
    }
    // Its line is that of a text which is nowhere.
    const what = cause.message.replace(/^:\d+: /, '');
    throw new ConfigurationError('config_invalid_file', `${CONFIGURATION_FILE} was not changed: ${what}`, {
      hint: 'give a value that is expected there',
      cause,
    });
  }
}

async function configurationOf(file: string, source: string, added: AddedProviders): Promise<Configuration> {
  const document = await checkedDocument(file, source, configurationDocument);
  const { $schema: _schema, providers = {}, ...top } = document;
  for (const [name, { preset }] of Object.entries(providers)) {
    if (preset === undefined || added.has(preset) || findPreset(preset) !== undefined) {
      continue;
    }
    const what = `expected ${presetName.expected}${suggestion(preset, [...added.keys(), ...catalogue.keys()])}`;
    throw await invalidDocument(file, source, { path: ['providers', name, 'preset'], what });
  }
  return {
    ...top,
    providers: new Map(Object.entries(providers).map(([name, entry]) => [name, withIssuer(entry)])),
    ...known(added),
  };
}

function known(added: AddedProviders): Pick<Configuration, 'added'> {
  return added.size === 0 ? {} : { added };
}

/** The keys that say which server an entry is for. */
const serverKeys = ['preset', 'issuer', 'host', 'tenant', 'endpoints'] as const;

/** The user's members win, one by one. What the machine sets for one server is never used at another (RFC 9700 §4.4). */
function overMachineEntry(
  machine: ProviderConfiguration | undefined,
  own: ProviderConfiguration,
): ProviderConfiguration {
  const isElsewhere = serverKeys.some(
    (key) => own[key] !== undefined && JSON.stringify(own[key]) !== JSON.stringify(machine?.[key]),
  );
  return isElsewhere ? own : { ...machine, ...own };
}

/** The address of a metadata document stands for its issuer. */
function withIssuer(entry: ProviderConfiguration): ProviderConfiguration {
  return entry.issuer === undefined ? entry : { ...entry, issuer: issuerOfAddress(entry.issuer) };
}
