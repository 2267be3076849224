import { join } from 'node:path';
import type { Surroundings } from './installation.ts';

/** A file below the home directory; `undefined` when there is none. */
export function homeFile({ env, platform }: Surroundings, ...names: readonly string[]): string | undefined {
  const home = platform === 'win32' ? env.USERPROFILE : env.HOME;
  return home === undefined || home === '' ? undefined : join(home, ...names);
}
