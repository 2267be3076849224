import { lstatSync, mkdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { StoreError } from '../errors.ts';

const GROUP_OR_OTHER = 0o077;
const GROUP_OR_OTHER_WRITE = 0o022;
const STICKY = 0o1000;

/** The effective user id; `undefined` where files have no owner and mode to check (Windows). */
export function effectiveUid(): number | undefined {
  return process.geteuid?.();
}

/** Quotes a path for the POSIX shell command of a hint. */
export function shellQuoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

/** The `code` of an error of the file system, such as `ENOENT`. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Turns an error of the file system into a `StoreError` `store_write_failed` that says how to go on. */
export function writeFailure(path: string, error: unknown): StoreError {
  const code = systemErrorCode(error) ?? 'unknown error';
  const elsewhere = 'or choose another place with OAUTH_LOGIN_DATA_DIR';
  const hints = new Map([
    ['ENOSPC', `free some space on that disk, ${elsewhere}, and run the command again`],
    ['EDQUOT', `free some of your quota on that disk, ${elsewhere}, and run the command again`],
    ['EROFS', `that disk is read-only: mount it writable, ${elsewhere}`],
  ]);
  return new StoreError('store_write_failed', `cannot write ${path} (${code})`, {
    hint: hints.get(code) ?? `see who may write there: ls -ld ${shellQuoted(dirname(path))}; ${elsewhere}`,
    cause: error,
  });
}

function refuse(what: string, command: string): StoreError {
  return new StoreError('store_permissions', what, { hint: `mend it with: ${command}` });
}

function refuseUnsafeParent(directory: string, stats: Stats, uid: number): void {
  const quoted = shellQuoted(directory);
  if (stats.uid !== uid && stats.uid !== 0) {
    throw refuse(`the directory ${directory} belongs to another user`, `sudo chown ${uid} ${quoted}`);
  }
  if ((stats.mode & GROUP_OR_OTHER_WRITE) !== 0 && (stats.mode & STICKY) === 0) {
    throw refuse(`other users may write in the directory ${directory}`, `chmod go-w ${quoted}`);
  }
}

function refuseUnsafeParents(directory: string, uid: number): void {
  // Both the path as written and the path with its links resolved: a link is as safe as the directory it is in.
  for (const start of new Set([dirname(directory), realpathSync.native(dirname(directory))])) {
    for (let parent = start; ; parent = dirname(parent)) {
      refuseUnsafeParent(parent, statSync(parent), uid);
      if (parent === dirname(parent)) break;
    }
  }
}

function refuseUnlessPrivate(directory: string, stats: Stats): void {
  const quoted = shellQuoted(directory);
  if (!stats.isDirectory()) {
    throw refuse(`${directory} is not a directory but something else`, `rm ${quoted}`);
  }
  const uid = effectiveUid();
  if (uid === undefined) return;
  if (stats.uid !== uid) {
    throw refuse(`the directory ${directory} belongs to another user`, `sudo chown -R ${uid} ${quoted}`);
  }
  if ((stats.mode & GROUP_OR_OTHER) !== 0) {
    throw refuse(`other users may look into the directory ${directory}`, `chmod 700 ${quoted}`);
  }
  refuseUnsafeParents(directory, uid);
}

/**
 * Tells whether the directory is there, and throws `StoreError` `store_permissions` when anyone but its owner
 * could read it or put something in its place.
 */
export function isPrivateDirectory(directory: string): boolean {
  try {
    const stats = lstatSync(directory, { throwIfNoEntry: false });
    if (stats === undefined) return false;
    refuseUnlessPrivate(directory, stats);
    return true;
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const what = `the directory ${directory} cannot be looked at (${systemErrorCode(error)})`;
    throw new StoreError('store_permissions', what, {
      hint: `see what is in its way: ls -ld ${shellQuoted(dirname(directory))} ${shellQuoted(directory)}`,
      cause: error,
    });
  }
}

/** Makes the directory, mode 0700, unless it is there; throws `StoreError` like `isPrivateDirectory`. */
export function makePrivateDirectory(directory: string): void {
  if (!isAbsolute(directory) || resolve(directory) !== directory) {
    throw new StoreError('store_permissions', `the directory ${directory} is not an absolute path`, {
      hint: 'set OAUTH_LOGIN_DATA_DIR to an absolute path',
    });
  }
  if (isPrivateDirectory(directory)) return;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw writeFailure(directory, error);
  }
  isPrivateDirectory(directory);
}
