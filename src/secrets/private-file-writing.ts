import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { writeFailure } from '../ground/file-system-words.ts';
import { systemErrorCode } from '../ground/system-words.ts';
import { effectiveUid, makePrivateDirectory } from './private-directory.ts';

const { O_CREAT, O_EXCL, O_RDONLY, O_WRONLY } = constants;
// Windows does not have it, and no way to plant such a link in a user's own directory.
const O_NOFOLLOW = constants.O_NOFOLLOW ?? 0;

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
  const temporary = temporaryOf(file);
  try {
    writeNewFile(temporary, content, durable);
    if (options.exclusive === true) {
      if (!linkNewFile(temporary, file, content, durable)) {
        return false;
      }
    } else {
      renameSync(temporary, file);
    }
    if (durable) {
      syncDirectory(directory);
    }
    return true;
  } catch (error) {
    throw writeFailure(file, error);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/**
 * Puts a file that only its owner can read (0600) in the place of another, or of none, whole or not at all. The directory
 * may be one that others can read. Throws the error of the file system.
 */
export function replaceFile(file: string, content: string): void {
  const temporary = temporaryOf(file);
  try {
    writeNewFile(temporary, content, false);
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function temporaryOf(file: string): string {
  return join(dirname(file), `.${basename(file)}.${randomBytes(16).toString('hex')}.tmp`);
}

function writeNewFile(file: string, content: string | Buffer, durable: boolean): void {
  const descriptor = openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    if (effectiveUid() !== undefined) {
      fchmodSync(descriptor, 0o600);
    }
    const bytes = Buffer.from(content);
    let offset = 0;
    while (offset < bytes.length) {
      offset += writeSync(descriptor, bytes, offset);
    }
    if (durable) {
      fsyncSync(descriptor);
    }
  } finally {
    closeSync(descriptor);
  }
}

function linkNewFile(temporary: string, file: string, content: string | Buffer, durable: boolean): boolean {
  try {
    linkSync(temporary, file);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') {
      return false;
    }
  }
  // A file system without hard links: the name is still taken by one process only.
  try {
    writeNewFile(file, content, durable);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') {
      return false;
    }
    throw error;
  }
}

/** Makes the names in the directory outlive a power cut, where the system can. Throws the error of the file system. */
export function syncDirectory(directory: string): void {
  if (effectiveUid() === undefined) {
    return;
  }
  const descriptor = openSync(directory, O_RDONLY);
  try {
    fsyncSync(descriptor);
  } catch (error) {
    // Some network file systems cannot do it; the file itself is synced.
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'].includes(systemErrorCode(error) ?? '')) {
      throw error;
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Removes the file; `false` when there is none. Throws `StoreError` `store_write_failed`. */
export function removePrivateFile(file: string): boolean {
  try {
    unlinkSync(file);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') {
      return false;
    }
    throw writeFailure(file, error);
  }
}
