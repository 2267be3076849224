import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { childEnvironment } from '../../ground/environment.ts';
import type { Surroundings } from './installation.ts';

/** Where `npx` keeps what it runs once. */
const ONCE = /[\\/]_npx[\\/]/;

/** The path of a program that a shell would find, and will find later; `undefined` when there is none. */
export function foundProgram(name: string, { env, platform }: Surroundings): string | undefined {
  const variables = childEnvironment(env);
  const path = variables.PATH ?? variables.Path ?? '';
  const file = platform === 'win32' ? `${name}.cmd` : name;
  return path
    .split(delimiter)
    .filter((directory) => isAbsolute(directory) && !ONCE.test(directory))
    .map((directory) => join(directory, file))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
