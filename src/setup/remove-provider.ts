import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../ground/context.ts';
import { ConfigurationError, UsageError } from '../ground/errors.ts';
import { systemReason } from '../ground/system-words.ts';
import { findPreset } from '../providers/catalogue.ts';
import { addedProviderPath } from '../settings/added-providers.ts';
import { readConfiguration } from '../settings/configuration.ts';
import { removeProviderEntry } from '../settings/configuration-change.ts';
import { unknownProvider } from '../settings/unknown-provider.ts';

/**
 * Removes a provider file that the user added, with its entry in config.json; gives the path that it had.
 *
 * Throws a `UsageError` for a provider that is not the user's, and a `ConfigurationError` while a client of it is saved.
 */
export async function removeProvider(name: string, context: Context): Promise<string> {
  const { paths } = context;
  const configuration = await readConfiguration(paths);
  const path = addedProviderPath(paths, name);
  const present = configuration.added?.get(name);
  if (present === undefined) {
    if (findPreset(name) === undefined) {
      throw unknownProvider(name, [...(configuration.added?.keys() ?? [])]);
    }
    throw new UsageError('usage_invalid', `${name} is part of oauth-login, and cannot be removed`, {
      hint: `what you configured for it is in config.json; to remove a saved client: oauth-login setup ${name} --remove`,
    });
  }
  if (!existsSync(path)) {
    throw new UsageError(
      'usage_invalid',
      `the file of ${name} belongs to the administrator of this machine`,
      {
        hint: `the administrator can remove it from the directory ${join(paths.machine?.directory ?? '', 'providers')}`,
      },
    );
  }
  for (const [user, { client_id, preset }] of configuration.providers) {
    if (preset !== name && !(user === name && client_id !== undefined)) {
      continue;
    }
    throw new ConfigurationError('config_invalid_value', `the saved client of ${user} needs ${path}`, {
      hint: `remove it first: oauth-login setup ${user} --remove`,
    });
  }
  try {
    rmSync(path);
  } catch (cause) {
    throw new ConfigurationError('config_write_failed', `cannot remove ${path} (${systemReason(cause)})`, {
      hint: 'make the directory writable',
      cause,
    });
  }
  if (configuration.providers.has(name)) {
    await removeProviderEntry(context, name);
  }
  return path;
}
