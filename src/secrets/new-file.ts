import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { writeFailure } from '../ground/file-system-words.ts';
import { systemErrorCode } from '../ground/system-words.ts';

/**
 * Writes a file of that name which only its owner can read (0600), in any directory; gives `false` when one is there.
 * Nothing half-written stays.
 *
 * Throws a `StoreError`.
 */
export function writeNewFile(file: string, bytes: Buffer): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'wx', 0o600);
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') {
      return false;
    }
    throw writeFailure(file, error);
  }
  try {
    for (let offset = 0; offset < bytes.length; ) {
      offset += writeSync(descriptor, bytes, offset);
    }
    fsyncSync(descriptor);
  } catch (error) {
    rmSync(file, { force: true });
    throw writeFailure(file, error);
  } finally {
    closeSync(descriptor);
  }
  return true;
}
