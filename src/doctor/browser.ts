import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { browserCommands } from '../ground/browser-command.ts';
import { childEnvironment } from '../ground/environment.ts';
import { safeText } from '../ground/safe-text.ts';
import type { Check } from './check.ts';
import { fine, warning } from './finding.ts';

const PRINTED = 'open the address that a sign-in prints, or sign in with a code: oauth-login github --device';

/** Whether a browser can be opened from here. */
export const browserCheck: Check = {
  name: 'browser',
  run: ({ session: { context } }) => {
    const { env, platform } = context;
    const commands = browserCommands(env, platform);
    if (commands.length > 0) {
      const path = childEnvironment(env).PATH ?? '';
      const found = commands.find(({ program }) => isRunnable(program, path));
      const tried = commands.map(({ program }) => safeText(program)).join(', ');
      return found === undefined
        ? [
            warning('browser', {
              message: `BROWSER names a program that cannot be run: ${tried}`,
              hint: 'set BROWSER to the program that opens addresses, or unset it with: unset BROWSER',
            }),
          ]
        : [fine('browser', `BROWSER is set: ${safeText(found.program)}`)];
    }
    if (env.BROWSER) {
      const message = 'BROWSER names no program that can open a window beside this terminal';
      return [warning('browser', { message, hint: PRINTED })];
    }
    if (context.canOpenBrowser) {
      return [fine('browser', "the system's own browser is opened")];
    }
    const message = `no browser can be opened here (${context.surroundings})`;
    return [warning('browser', { message, hint: PRINTED })];
  },
};

function isRunnable(program: string, path: string): boolean {
  const places = isAbsolute(program) ? [''] : path.split(delimiter).filter(isAbsolute);
  return places.some((place) => {
    try {
      accessSync(place === '' ? program : join(place, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
