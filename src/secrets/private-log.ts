import { closeSync, constants, lstatSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeFailure } from '../ground/file-system-words.ts';
import { makePrivateDirectory } from './private-directory.ts';
import { refuseUnlessPrivate } from './private-file-reading.ts';

const { O_APPEND, O_CREAT, O_WRONLY } = constants;
// Windows has neither flag, and no way to plant such a link or pipe in a user's own directory.
const O_NOFOLLOW = constants.O_NOFOLLOW ?? 0;
const O_NONBLOCK = constants.O_NONBLOCK ?? 0;

/**
 * Appends a line to a file that only its owner can read (0600), in one write, so that the lines of processes that write
 * at once stay whole. Gives `false`, and writes nothing, where the file would become longer than `most` bytes.
 *
 * Throws a `StoreError`: `store_write_failed` or `store_permissions`.
 */
export function appendPrivateLine(file: string, line: string, most: number): boolean {
  makePrivateDirectory(dirname(file));
  const descriptor = writing(file, () =>
    openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600),
  );
  try {
    const { size } = refuseUnlessPrivate(file, descriptor);
    const bytes = Buffer.from(line);
    if (size > 0 && size + bytes.length > most) {
      return false;
    }
    writing(file, () => {
      if (writeSync(descriptor, bytes) !== bytes.length) {
        throw Object.assign(new Error('the line is not whole'), { code: 'ENOSPC' });
      }
    });
    return true;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Renames a file that is longer than `most` bytes, over the one of that name. Processes that have it open write into it
 * under its new name. To be called by one process at a time.
 *
 * Throws a `StoreError` `store_write_failed`.
 */
export function rotatePrivateFile(file: string, old: string, most: number): void {
  writing(file, () => {
    const size = lstatSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size > most) {
      renameSync(file, old);
    }
  });
}

function writing<T>(file: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw writeFailure(file, error);
  }
}
