import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandLine } from './command-line.ts';

/** The name of every file in the directories of a command line, without its folder; in order. */
export function writtenFiles({ directory }: CommandLine): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
}

/** The names of the accounts' files; none while there is no account. */
export function accountFiles({ context }: CommandLine): string[] {
  const directory = join(context.paths.dataDir, 'accounts');
  return existsSync(directory) ? readdirSync(directory) : [];
}
