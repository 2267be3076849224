import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Paths } from '../ground/context.ts';
import type { Configuration } from './configuration.ts';
import { CONFIGURATION_FILE, fileUnderHome } from './configuration-file.ts';
import { readConfigurationSource } from './configuration-source.ts';
import { readMachineFile } from './machine-file.ts';

/** What a file without the key does not contain. Most files do not have it, and are not parsed then. */
const MARK = '"log_releases"';

/**
 * Whether the user's `config.json`, or the machine's, says that each token that is handed out is noted. It costs little
 * where neither has the key, since every use of a token asks. Throws a `ConfigurationError`.
 */
export async function areReleasesLogged(
  paths: Paths,
  configuration: () => Promise<Configuration>,
): Promise<boolean> {
  const { machine } = paths;
  const file = fileUnderHome(paths);
  const own = file === undefined ? undefined : readConfigurationSource(file);
  const shared =
    machine !== undefined && existsSync(join(machine.directory, CONFIGURATION_FILE))
      ? readMachineFile(machine, CONFIGURATION_FILE)
      : undefined;
  const isNamed = [own, shared].some((source) => source?.includes(MARK));
  return isNamed && (await configuration()).log_releases === true;
}
