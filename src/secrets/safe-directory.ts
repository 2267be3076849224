import { lstatSync, mkdirSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { StoreError } from '../ground/errors.ts';
import { permissionsFault, shellQuoted, writeFailure } from '../ground/file-system-words.ts';
import { systemErrorCode } from '../ground/system-words.ts';

const GROUP_OR_OTHER_WRITE = 0o022;
const STICKY = 0o1000;
/** As Linux has it (path_resolution(7)). */
const MOST_LINKS = 40;

/**
 * Gives whether the directory is there. Every component of its path has to belong to the user or root, and to be
 * writable by nobody else unless it is sticky.
 *
 * The path is followed as the system follows it, from the root on. Each component is checked before the next one, so
 * that nobody else can replace a component that was checked.
 *
 * Throws `StoreError` `store_permissions`.
 */
export function isSafeDirectory(directory: string, uid: number): boolean {
  return followPath(directory, uid, lookAt);
}

/** Like `isSafeDirectory`, but makes each missing component, mode 0700. Throws `store_write_failed` besides. */
export function ensureSafeDirectory(directory: string, uid: number): boolean {
  return followPath(directory, uid, lookAtOrMake);
}

function followPath(directory: string, uid: number, statsOf: (path: string) => Stats | undefined): boolean {
  const names = directory.split('/');
  let current = '/';
  let links = 0;
  refuseUnlessSafe(current, lstatSync(current), uid);
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    if (name === '' || name === '.') {
      continue;
    }
    const path = name === '..' ? dirname(current) : join(current, name);
    const stats = statsOf(path);
    if (stats === undefined) {
      return false;
    }
    if (stats.isSymbolicLink()) {
      links += 1;
      const target = linkTarget(path, stats, uid, links);
      if (target.startsWith('/')) {
        current = '/';
      }
      names.unshift(...target.split('/'));
    } else {
      refuseUnlessSafe(path, stats, uid);
      current = path;
    }
  }
  return true;
}

function lookAt(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function lookAtOrMake(path: string): Stats | undefined {
  const stats = lookAt(path);
  if (stats !== undefined) {
    return stats;
  }
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process made it first; it is checked like one that was there before.
    if (systemErrorCode(error) !== 'EEXIST') {
      throw writeFailure(path, error);
    }
  }
  return lookAt(path);
}

function linkTarget(path: string, stats: Stats, uid: number, links: number): string {
  if (links > MOST_LINKS) {
    throw permissionsFault(`the links at ${path} lead nowhere`, `rm ${shellQuoted(path)}`);
  }
  if (stats.uid !== uid && stats.uid !== 0) {
    throw permissionsFault(`the link ${path} belongs to another user`, `sudo rm ${shellQuoted(path)}`);
  }
  return readlinkSync(path);
}

function refuseUnlessSafe(path: string, stats: Stats, uid: number): void {
  if (!stats.isDirectory()) {
    throw new StoreError('store_permissions', `${path} is not a directory`, {
      hint: `move it out of the way, or choose another directory with OAUTH_LOGIN_DATA_DIR: ls -ld ${shellQuoted(path)}`,
    });
  }
  if (stats.uid !== uid && stats.uid !== 0) {
    throw permissionsFault(
      `the directory ${path} belongs to another user`,
      `sudo chown ${uid} ${shellQuoted(path)}`,
    );
  }
  if ((stats.mode & GROUP_OR_OTHER_WRITE) !== 0 && (stats.mode & STICKY) === 0) {
    throw permissionsFault(
      `other users may write to the directory ${path}`,
      `chmod go-w ${shellQuoted(path)}`,
    );
  }
}
