import { readdirSync } from 'node:fs';
import type { CommandLine } from './command-line.ts';

/** The name of every file in the directories of a command line, without its folder; in order. */
export function writtenFiles({ directory }: CommandLine): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
}
