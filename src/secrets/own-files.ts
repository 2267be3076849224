import { lstatSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Paths } from '../ground/context.ts';
import { writeFailure } from '../ground/file-system-words.ts';
import { isPrivateDirectory } from './private-directory.ts';

/** What this tool makes in the user's data directory. */
const dataNames: readonly string[] = [
  'accounts',
  'clients',
  'grants',
  'index',
  'keys',
  'locks',
  'releases.jsonl',
  'releases.old.jsonl',
  'sign-ins',
];
/** What it makes in the directory of the configuration. */
const configurationNames: readonly string[] = ['config.json', 'config.json.lock', 'providers'];
/** A file that an interrupted write left. */
const LITTER = /^\.[\w.-]+\.[0-9a-f]{32}\.tmp$/;

/** What became of a directory of this tool. */
export interface RemovedDirectory {
  readonly directory: string;
  /** What stands in it and is not of this tool, so that the directory stays. */
  readonly foreign: readonly string[];
}

/** The user's own directories that are there, each with what it would be removed with. Throws a `StoreError`. */
export function ownDirectories({ dataDir, configDir }: Paths): readonly string[] {
  return [...new Set([dataDir, configDir])].filter((directory) => {
    const stats = lstatSync(directory, { throwIfNoEntry: false });
    return stats?.isDirectory() === true;
  });
}

/**
 * Removes everything that this tool has made in one of its directories, but for `kept`, and the directory itself where
 * nothing else is in it. No link is followed.
 *
 * Throws a `StoreError` when something cannot be removed, or the directory is somebody else's.
 */
export function removeOwnDirectory(
  directory: string,
  { dataDir, configDir }: Paths,
  kept: readonly string[] = [],
): RemovedDirectory {
  const names = [
    ...(directory === dataDir ? dataNames : []),
    ...(directory === configDir ? configurationNames : []),
  ];
  if (directory === dataDir) {
    isPrivateDirectory(directory);
  }
  try {
    for (const name of readdirSync(directory)) {
      if (!kept.includes(name) && (names.includes(name) || LITTER.test(name))) {
        rmSync(join(directory, name), { recursive: true, force: true });
      }
    }
    const left = readdirSync(directory);
    if (left.length === 0) {
      rmdirSync(directory);
    }
    return { directory, foreign: left.filter((name) => !kept.includes(name)) };
  } catch (error) {
    throw writeFailure(directory, error);
  }
}
