import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { systemErrorCode, systemReason } from '../ground/system-words.ts';

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
    throw unopened(file, error);
  }
  try {
    for (let offset = 0; offset < bytes.length; ) {
      offset += writeSync(descriptor, bytes, offset);
    }
    fsyncSync(descriptor);
  } catch (error) {
    rmSync(file, { force: true });
    throw unopened(file, error);
  } finally {
    closeSync(descriptor);
  }
  return true;
}

function unopened(file: string, error: unknown): StoreError {
  const directory = shellQuoted(dirname(file));
  const hints = new Map([
    ['ENOENT', `make the directory, and run the command again: mkdir -p ${directory}; or name another file`],
    ['ENOTDIR', 'name a file in a directory'],
    ['EROFS', 'that disk is read-only: name a file on another one'],
    ['ENOSPC', 'free some space on that disk, or name a file on another one'],
  ]);
  return new StoreError('store_write_failed', `cannot write ${file} (${systemReason(error)})`, {
    hint:
      hints.get(systemErrorCode(error) ?? '') ??
      `name a file in a directory that you may write to; who may write there: ls -ld ${directory}`,
    cause: error,
  });
}
