import { existsSync } from 'node:fs';
import { ConfigurationError } from '../ground/errors.ts';
import { configurationFile } from '../settings/configuration-file.ts';
import type { Check } from './check.ts';
import { fine } from './finding.ts';

/** Whether the configuration and the added provider files can be read. */
export const configurationCheck: Check = {
  name: 'configuration',
  run: async ({ session }) => {
    const { providers, added } = await session.configuration();
    const file = placeOf(() => configurationFile(session.context.paths));
    if (file === undefined || !existsSync(file)) {
      return [
        fine('configuration', file === undefined ? 'none: there is no home directory' : `none yet (${file})`),
      ];
    }
    const counted = [`${providers.size} own providers`, `${added?.size ?? 0} added files`].join(', ');
    return [fine('configuration', `${file} (${counted})`)];
  },
};

/** The path, or `undefined` where there is no home directory. */
function placeOf(read: () => string): string | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigurationError && error.code === 'config_no_home') {
      return undefined;
    }
    throw error;
  }
}
