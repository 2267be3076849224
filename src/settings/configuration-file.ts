import { join } from 'node:path';
import type { Paths } from '../ground/context.ts';
import { ConfigurationError } from '../ground/errors.ts';

/** The name of the file in the user's directory, and in the machine's. */
export const CONFIGURATION_FILE = 'config.json';

/** The path of the user's configuration file. */
export function configurationFile(paths: Paths): string {
  return join(paths.configDir, CONFIGURATION_FILE);
}

/** The same; `undefined` without a home directory, where there is no file. Commands that need none go on. */
export function fileUnderHome(paths: Paths): string | undefined {
  try {
    return configurationFile(paths);
  } catch (error) {
    if (error instanceof ConfigurationError && error.code === 'config_no_home') {
      return undefined;
    }
    throw error;
  }
}
