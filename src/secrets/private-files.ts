import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StoreError } from '../errors.ts';
import {
  effectiveUid,
  isPrivateDirectory,
  makePrivateDirectory,
  shellQuoted,
  systemErrorCode,
  writeFailure,
} from './private-directory.ts';

const { O_CREAT, O_EXCL, O_RDONLY, O_WRONLY } = constants;
// Windows has neither flag, and no way to plant such a link or pipe in a user's own directory.
const O_NOFOLLOW = constants.O_NOFOLLOW ?? 0;
const O_NONBLOCK = constants.O_NONBLOCK ?? 0;

const HOUR = 3_600_000;
const TEMPORARY = /^\..+\.[0-9a-f]{32}\.tmp$/;

/** More than any file of ours; a larger one is not read. */
export const FILE_SIZE_LIMIT = 1_048_576;

/** How a private file is written. */
export interface WriteOptions {
  /** Leave a file alone that is already there, and tell so by `false`. */
  readonly exclusive?: boolean;
  /** Whether the file has to outlive a power cut; default `true`. */
  readonly durable?: boolean;
}

/**
 * Writes a file that only its owner can read (0600), whole or not at all: the old content stays until the new
 * one is on the disk. Gives `false` when `exclusive` found one there.
 *
 * Throws `StoreError` `store_write_failed` or `store_permissions`.
 */
export function writePrivateFile(
  file: string,
  content: string | Buffer,
  options: WriteOptions = {},
): boolean {
  const directory = dirname(file);
  makePrivateDirectory(directory);
  const durable = options.durable ?? true;
  const temporary = join(directory, `.${basename(file)}.${randomBytes(16).toString('hex')}.tmp`);
  try {
    writeNewFile(temporary, content, durable);
    if (options.exclusive === true) {
      if (!linkNewFile(temporary, file, content, durable)) return false;
    } else {
      renameSync(temporary, file);
    }
    if (durable) syncDirectory(directory);
    return true;
  } catch (error) {
    throw writeFailure(file, error);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function writeNewFile(file: string, content: string | Buffer, durable: boolean): void {
  const descriptor = openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    if (effectiveUid() !== undefined) fchmodSync(descriptor, 0o600);
    const bytes = Buffer.from(content);
    let offset = 0;
    while (offset < bytes.length) offset += writeSync(descriptor, bytes, offset);
    if (durable) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function linkNewFile(temporary: string, file: string, content: string | Buffer, durable: boolean): boolean {
  try {
    linkSync(temporary, file);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
  }
  // A file system without hard links: the name is still taken by one process only.
  try {
    writeNewFile(file, content, durable);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function syncDirectory(directory: string): void {
  if (effectiveUid() === undefined) return;
  const descriptor = openSync(directory, O_RDONLY);
  try {
    fsyncSync(descriptor);
  } catch (error) {
    // Some network file systems cannot do it; the file itself is synced.
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'].includes(systemErrorCode(error) ?? '')) throw error;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Reads a file that only its owner can read; `undefined` when there is none.
 *
 * Throws `StoreError` `store_permissions` with the command that mends it when it is a link, a pipe, someone
 * else's or readable by others, and `store_corrupt` when it is larger than `limit` bytes.
 */
export function readPrivateFile(file: string, limit = FILE_SIZE_LIMIT): Buffer | undefined {
  if (!isPrivateDirectory(dirname(file))) return undefined;
  let descriptor: number;
  try {
    // Without O_NONBLOCK, opening a pipe would wait for a writer.
    descriptor = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw unreadable(file, error);
  }
  try {
    const { size } = refuseUnlessPrivate(file, descriptor);
    // One byte more than there should be, so that a file that grew is noticed.
    const bytes = Buffer.alloc(Math.min(size, limit) + 1);
    let length = 0;
    for (let read = -1; read !== 0; length += read) {
      read = readSync(descriptor, bytes, length, bytes.length - length, null);
    }
    if (length > Math.min(size, limit)) {
      throw new StoreError('store_corrupt', `the file ${file} is larger than any file of this tool`, {
        hint: `look at it and remove it if it is not yours: ls -l ${shellQuoted(file)}`,
      });
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

function refuseUnlessPrivate(file: string, descriptor: number): Stats {
  const stats = fstatSync(descriptor);
  const quoted = shellQuoted(file);
  if (!stats.isFile()) throw refuse(`${file} is not a regular file`, `rm -r ${quoted}`);
  const uid = effectiveUid();
  if (uid !== undefined && stats.uid !== uid) {
    throw refuse(`the file ${file} belongs to another user`, `sudo chown ${uid} ${quoted}`);
  }
  if (uid !== undefined && (stats.mode & 0o077) !== 0) {
    throw refuse(`other users may read or write the file ${file}`, `chmod 600 ${quoted}`);
  }
  return stats;
}

function unreadable(file: string, error: unknown): StoreError {
  const quoted = shellQuoted(file);
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() === false) return refuse(`${file} is not a regular file`, `rm -r ${quoted}`, error);
  const uid = effectiveUid();
  return stats !== undefined && uid !== undefined && stats.uid !== uid
    ? refuse(`the file ${file} belongs to another user`, `sudo chown ${uid} ${quoted}`, error)
    : refuse(`the file ${file} cannot be read (${systemErrorCode(error)})`, `chmod 600 ${quoted}`, error);
}

function refuse(what: string, command: string, cause?: unknown): StoreError {
  return new StoreError('store_permissions', what, { hint: `mend it with: ${command}`, cause });
}

/** Removes the file; `false` when there is none. Throws `StoreError` `store_write_failed`. */
export function removePrivateFile(file: string): boolean {
  try {
    unlinkSync(file);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw writeFailure(file, error);
  }
}

/** The names in a private directory, without those that begin with a dot; empty when there is no directory. */
export function listPrivateDirectory(directory: string): string[] {
  if (!isPrivateDirectory(directory)) return [];
  return readdirSync(directory)
    .filter((name) => !name.startsWith('.'))
    .sort();
}

/** Removes what an interrupted write of ours left in the directory more than an hour before `now`. */
export function removeStaleTemporaries(directory: string, now: Date): void {
  if (!isPrivateDirectory(directory)) return;
  for (const name of readdirSync(directory)) {
    if (!TEMPORARY.test(name)) continue;
    const file = join(directory, name);
    const stats = lstatSync(file, { throwIfNoEntry: false });
    const owned = stats?.isFile() === true && (effectiveUid() ?? stats.uid) === stats.uid;
    if (owned && now.getTime() - stats.mtimeMs > HOUR) rmSync(file, { force: true });
  }
}
