import { lstatSync, mkdirSync, readdirSync, rmSync, type Stats } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { StoreError } from '../ground/errors.ts';
import { permissionsFault, shellQuoted, writeFailure } from '../ground/file-system-words.ts';
import { systemErrorCode, systemReason } from '../ground/system-words.ts';
import { ensureSafeDirectory, isSafeDirectory } from './safe-directory.ts';

const GROUP_OR_OTHER = 0o077;
const HOUR = 3_600_000;
const TEMPORARY = /^\..+\.[0-9a-f]{32}\.tmp$/;

/** The effective user id; `undefined` where files have no owner and mode to check (Windows). */
export function effectiveUid(): number | undefined {
  return process.geteuid?.();
}

/**
 * Tells whether the directory is there, and throws `StoreError` `store_permissions` when anyone but its owner
 * could read it or put something in its place.
 */
export function isPrivateDirectory(directory: string): boolean {
  return withDirectoryErrors(directory, checkDirectory);
}

/** Makes the directory, mode 0700, unless it is there; throws `StoreError` like `isPrivateDirectory`. */
export function makePrivateDirectory(directory: string): void {
  if (!isAbsolute(directory) || resolve(directory) !== directory) {
    throw new StoreError('store_permissions', `the directory ${directory} is not an absolute path`, {
      hint: 'set OAUTH_LOGIN_DATA_DIR to an absolute path',
    });
  }
  if (withDirectoryErrors(directory, ensureDirectory)) {
    return;
  }
  throw new StoreError(
    'store_write_failed',
    `the directory ${directory} was removed right after it was made`,
    {
      hint: 'run the command again',
    },
  );
}

/** The names in a private directory, without those that begin with a dot; empty when there is no directory. */
export function listPrivateDirectory(directory: string): string[] {
  if (!isPrivateDirectory(directory)) {
    return [];
  }
  return readdirSync(directory)
    .filter((name) => !name.startsWith('.'))
    .sort();
}

/** Removes temporary files that an interrupted write left in the directory more than an hour before `now`. */
export function removeStaleTemporaries(directory: string, now: Date): void {
  if (!isPrivateDirectory(directory)) {
    return;
  }
  for (const name of readdirSync(directory)) {
    if (!TEMPORARY.test(name)) {
      continue;
    }
    const file = join(directory, name);
    const stats = lstatSync(file, { throwIfNoEntry: false });
    const owned = stats?.isFile() === true && (effectiveUid() ?? stats.uid) === stats.uid;
    if (owned && now.getTime() - stats.mtimeMs > HOUR) {
      rmSync(file, { force: true });
    }
  }
}

/** Gives whether the directory is there; what is there has to be private. */
function checkDirectory(directory: string): boolean {
  const uid = effectiveUid();
  // Where nothing is, there is nothing to read, and the way to it does not matter.
  if (lstatSync(directory, { throwIfNoEntry: false }) === undefined) {
    return false;
  }
  if (uid !== undefined && !isSafeDirectory(dirname(directory), uid)) {
    return false;
  }
  return refuseUnlessPrivate(directory, lstatSync(directory, { throwIfNoEntry: false }), uid);
}

/** Makes the directory where it is missing; gives whether it is there, since another process may remove it again. */
function ensureDirectory(directory: string): boolean {
  const uid = effectiveUid();
  // The way to the directory is checked before anything is made there.
  if (uid !== undefined && !ensureSafeDirectory(dirname(directory), uid)) {
    return false;
  }
  const stats = lstatSync(directory, { throwIfNoEntry: false }) ?? makeDirectory(directory);
  return refuseUnlessPrivate(directory, stats, uid);
}

function withDirectoryErrors(directory: string, look: (directory: string) => boolean): boolean {
  try {
    return look(directory);
  } catch (error) {
    if (error instanceof StoreError) {
      throw error;
    }
    const what = `the directory ${directory} cannot be read (${systemReason(error)})`;
    throw new StoreError('store_permissions', what, {
      hint: `see what is in its way: ls -ld ${shellQuoted(dirname(directory))} ${shellQuoted(directory)}`,
      cause: error,
    });
  }
}

function makeDirectory(directory: string): Stats | undefined {
  try {
    // Where owners are checked, the parents exist by now, and a link in their place would not be followed.
    mkdirSync(directory, { mode: 0o700, recursive: effectiveUid() === undefined });
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') {
      throw writeFailure(directory, error);
    }
  }
  return lstatSync(directory, { throwIfNoEntry: false });
}

function refuseUnlessPrivate(directory: string, stats: Stats | undefined, uid: number | undefined): boolean {
  if (stats === undefined) {
    return false;
  }
  if (!stats.isDirectory()) {
    throw permissionsFault(`${directory} is not a directory`, `rm ${shellQuoted(directory)}`);
  }
  if (uid === undefined) {
    return true;
  }
  if (stats.uid !== uid) {
    throw permissionsFault(
      `the directory ${directory} belongs to another user`,
      `sudo chown -R ${uid} ${shellQuoted(directory)}`,
    );
  }
  if ((stats.mode & GROUP_OR_OTHER) !== 0) {
    throw permissionsFault(
      `other users can read the directory ${directory}`,
      `chmod 700 ${shellQuoted(directory)}`,
    );
  }
  return true;
}
