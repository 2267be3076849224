import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { StoreError } from '../ground/errors.ts';
import { permissionsFault, shellQuoted } from '../ground/file-system-words.ts';
import { systemErrorCode, systemReason } from '../ground/system-words.ts';
import { effectiveUid, isPrivateDirectory } from './private-directory.ts';

// Windows has neither flag, and no way to plant such a link or pipe in a user's own directory.
const O_NOFOLLOW = constants.O_NOFOLLOW ?? 0;
const O_NONBLOCK = constants.O_NONBLOCK ?? 0;

/** Larger than any file of this tool; a larger file is not read. */
const FILE_SIZE_LIMIT = 1_048_576;

/**
 * Reads a file that only its owner can read; `undefined` when there is none.
 *
 * Throws `StoreError` `store_permissions` with the command that mends it when it is a link, a pipe, someone
 * else's or readable by others, and `store_corrupt` when it is larger than `limit` bytes.
 */
export function readPrivateFile(file: string, limit = FILE_SIZE_LIMIT): Buffer | undefined {
  return isPrivateDirectory(dirname(file)) ? readFileOfOwner(file, limit) : undefined;
}

/** Reads a file as `readPrivateFile` does, in a directory of which `isPrivateDirectory` has just told that it is safe. */
export function readFileOfOwner(file: string, limit = FILE_SIZE_LIMIT): Buffer | undefined {
  let descriptor: number;
  try {
    // Without O_NONBLOCK, opening a pipe would wait for a writer.
    descriptor = openSync(file, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') {
      return undefined;
    }
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
      throw new StoreError('store_corrupt', `the file ${file} is too large to be a file of this tool`, {
        hint: `look at it and remove it if it is not yours: ls -l ${shellQuoted(file)}`,
      });
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

/** Gives what the system says of an open file; throws `StoreError` when others may read it, or it is no regular file of ours. */
export function refuseUnlessPrivate(file: string, descriptor: number): Stats {
  const stats = fstatSync(descriptor);
  if (!stats.isFile()) {
    throw permissionsFault(`${file} is not a regular file`, `rm -r ${shellQuoted(file)}`);
  }
  const uid = effectiveUid();
  if (uid !== undefined && stats.uid !== uid) {
    throw permissionsFault(
      `the file ${file} belongs to another user`,
      `sudo chown ${uid} ${shellQuoted(file)}`,
    );
  }
  if (uid !== undefined && (stats.mode & 0o077) !== 0) {
    throw permissionsFault(
      `other users may read or write the file ${file}`,
      `chmod 600 ${shellQuoted(file)}`,
    );
  }
  return stats;
}

function unreadable(file: string, error: unknown): StoreError {
  const quoted = shellQuoted(file);
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() === false) {
    return permissionsFault(`${file} is not a regular file`, `rm -r ${quoted}`, error);
  }
  const uid = effectiveUid();
  return stats !== undefined && uid !== undefined && stats.uid !== uid
    ? permissionsFault(`the file ${file} belongs to another user`, `sudo chown ${uid} ${quoted}`, error)
    : permissionsFault(
        `the file ${file} cannot be read (${systemReason(error)})`,
        `chmod 600 ${quoted}`,
        error,
      );
}
