import { existsSync } from 'node:fs';
import { fileUnderHome } from '../settings/configuration-file.ts';
import type { Check } from './check.ts';
import { fine } from './finding.ts';

/** Whether the configuration and the added provider files can be read. */
export const configurationCheck: Check = {
  name: 'configuration',
  run: async ({ session }) => {
    const { providers, added } = await session.configuration();
    const file = fileUnderHome(session.context.paths);
    if (file === undefined || !existsSync(file)) {
      return [
        fine('configuration', file === undefined ? 'none: there is no home directory' : `none yet (${file})`),
      ];
    }
    const counted = [`${providers.size} own providers`, `${added?.size ?? 0} added files`].join(', ');
    return [fine('configuration', `${file} (${counted})`)];
  },
};
