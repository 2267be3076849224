import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { MachineDirectory, Paths } from '../ground/context.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { systemErrorCode, systemReason } from '../ground/system-words.ts';
import { unfilledTemplate } from '../providers/filled-templates.ts';
import type { Provider } from '../providers/provider.ts';
import { type ProviderFile, providerFile } from '../providers/provider-file.ts';
import { PROVIDER_NAME } from '../providers/provider-file-texts.ts';
import { providerOfFile } from '../providers/provider-of-file.ts';
import { checkedDocument, invalidDocument } from './checked-document.ts';
import { readConfigurationSource } from './configuration-source.ts';
import { readMachineFile } from './machine-file.ts';

/** The name of the directory for provider files, in the user's configuration directory and in the machine's. */
const DIRECTORY = 'providers';

/** A provider file that is not part of this package. */
export interface AddedProvider {
  readonly path: string;
  /** Who put it there: the user, or the administrator of the machine. */
  readonly owner: 'user' | 'machine';
  readonly source: string;
  readonly file: ProviderFile;
  readonly provider: Provider;
}

/** The provider files of the user and of the machine, by name; in place of one that cannot be used stands its error. */
export type AddedProviders = ReadonlyMap<string, AddedProvider | ConfigurationError>;

/** Where the user's file of that name is, or would be. */
export function addedProviderPath({ configDir }: Pick<Paths, 'configDir'>, name: string): string {
  return join(configDir, DIRECTORY, `${name}.json`);
}

/** Reads the provider files of the user and of the machine; of two with one name, the user's counts. */
export async function readAddedProviders(
  configDir: string | undefined,
  machine: MachineDirectory | undefined,
): Promise<AddedProviders> {
  const added = new Map<string, AddedProvider | ConfigurationError>();
  const readAll = async (
    directory: string,
    owner: AddedProvider['owner'],
    read: (file: string) => string | undefined,
  ) => {
    for (const file of filesIn(directory)) {
      const known = { path: join(directory, file), name: nameOf(file), owner };
      added.set(known.name, await readAdded(known, () => read(file)));
    }
  };
  if (machine !== undefined) {
    const directory = join(machine.directory, DIRECTORY);
    await readAll(directory, 'machine', (file) => readMachineFile(machine, DIRECTORY, file));
  }
  if (configDir !== undefined) {
    const directory = join(configDir, DIRECTORY);
    await readAll(directory, 'user', (file) => readConfigurationSource(join(directory, file)));
  }
  return added;
}

/**
 * Gives the provider file that a text holds.
 *
 * Throws a `ConfigurationError` that names file, line, member and what is expected.
 */
export async function checkedProviderFile(shown: string, source: string): Promise<ProviderFile> {
  const file = await checkedDocument(shown, source, providerFile);
  const fault = unfilledTemplate(file);
  if (fault !== undefined) {
    throw await invalidDocument(shown, source, fault);
  }
  return file;
}

function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((file) => file.endsWith('.json') && PROVIDER_NAME.test(nameOf(file)))
      .sort();
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return [];
    }
    throw new ConfigurationError(
      'config_invalid_file',
      `cannot read the directory ${directory} (${systemReason(code)})`,
      {
        hint: `make it a directory that you may read: ls -ld ${shellQuoted(directory)}`,
        cause: error,
      },
    );
  }
}

function nameOf(file: string): string {
  return file.slice(0, -'.json'.length);
}

async function readAdded(
  { path, name, owner }: Pick<AddedProvider, 'path' | 'owner'> & { readonly name: string },
  read: () => string | undefined,
): Promise<AddedProvider | ConfigurationError> {
  try {
    const source = read() ?? '';
    const file = await checkedProviderFile(path, source);
    return { path, owner, source, file, provider: { ...providerOfFile(name, file), addedFile: path } };
  } catch (error) {
    if (error instanceof ConfigurationError) {
      return error;
    }
    throw error;
  }
}
