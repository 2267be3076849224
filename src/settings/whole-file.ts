import { closeSync, fstatSync, lstatSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { systemErrorCode } from '../ground/system-words.ts';

/**
 * Writes a new file, readable by its owner only; gives `false` when there is one already. Nothing is left of a file that
 * could not be written. Throws the error of the file system.
 */
export function createWhole(path: string, content: string): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'wx', 0o600);
  } catch (cause) {
    if (systemErrorCode(cause) === 'EEXIST') {
      return false;
    }
    throw cause;
  }
  const isThere = isFileOf(descriptor, path);
  try {
    writeFileSync(descriptor, content);
  } catch (cause) {
    removeOwn(path, isThere);
    throw cause;
  } finally {
    closeSync(descriptor);
  }
  return true;
}

/**
 * Tells whether the open file still has that path: a process that was stopped for long may find the lock of another one
 * there. The number of its own file cannot be given to another file as long as it is open.
 */
export function isFileOf(descriptor: number, path: string): () => boolean {
  const { ino } = fstatSync(descriptor);
  return () => lstatSync(path, { throwIfNoEntry: false })?.ino === ino;
}

/** Removes the file, if it is still that one, after an error that says more than an error of this would. */
export function removeOwn(path: string, isThere: () => boolean): void {
  try {
    if (isThere()) {
      rmSync(path, { force: true });
    }
  } catch {
    // The first error is the one to report.
  }
}
