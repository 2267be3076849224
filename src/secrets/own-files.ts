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
  'token-files',
];
/** What it makes in the directory of the configuration. */
const configurationNames: readonly string[] = ['config.json', 'config.json.lock'];
/** The directory of provider files, and what is one of them, or its lock. */
const PROVIDERS = 'providers';
const PROVIDER_FILE = /^[a-z0-9][a-z0-9._-]*\.json(?:\.lock)?$/;
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
    const inProviders = directory === configDir ? removeProviderFiles(join(directory, PROVIDERS)) : [];
    const left = readdirSync(directory);
    if (left.length === 0) {
      rmdirSync(directory);
    }
    const foreign = left.filter(
      (name) => !kept.includes(name) && !(name === PROVIDERS && inProviders.length > 0),
    );
    return { directory, foreign: [...foreign, ...inProviders.map((name) => `${PROVIDERS}/${name}`)] };
  } catch (error) {
    throw writeFailure(directory, error);
  }
}

/** Removes the provider files, and their directory where nothing else is in it; gives the names of what stays there. */
function removeProviderFiles(directory: string): readonly string[] {
  const stats = lstatSync(directory, { throwIfNoEntry: false });
  if (stats?.isSymbolicLink() === true) {
    rmSync(directory);
  }
  if (stats?.isDirectory() !== true) {
    return [];
  }
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (!entry.isDirectory() && (PROVIDER_FILE.test(entry.name) || LITTER.test(entry.name))) {
      rmSync(join(directory, entry.name), { force: true });
    }
  }
  const left = readdirSync(directory);
  if (left.length === 0) {
    rmdirSync(directory);
  }
  return left;
}
