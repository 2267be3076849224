import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { effectiveUid } from './private-directory.ts';
import { refuseUnlessPrivate } from './private-file-reading.ts';
import { syncDirectory } from './private-file-writing.ts';

const { O_CREAT, O_EXCL, O_RDWR, O_WRONLY } = constants;
// Windows has neither flag, and no way to plant such a link in a user's own directory.
const O_NOFOLLOW = constants.O_NOFOLLOW ?? 0;
const O_NONBLOCK = constants.O_NONBLOCK ?? 0;

/** Room on the disk for a file whose content is not known yet. */
export interface ReservedFile {
  /**
   * Puts the content in place of the file, whole or not at all. When the reserved room cannot be used after all,
   * another new file is tried, and in the end the old file itself is written over: what it holds is of less use than
   * the new content. Throws the error of the first try.
   */
  replace(content: string | Buffer): void;
  /** Gives the room back, unless it was used. */
  close(): void;
}

/**
 * Reserves so many bytes beside the file, in a sibling that only its owner can read (0600), and fills them with random
 * bytes, so that no file system saves them up. Throws the error of the file system.
 */
export function reserveFile(file: string, size: number): ReservedFile {
  const sibling = siblingOf(file);
  const descriptor = openNewFile(sibling);
  let isOpen = true;
  const close = () => {
    if (!isOpen) {
      return;
    }
    isOpen = false;
    closeSync(descriptor);
    rmSync(sibling, { force: true });
  };
  try {
    writeFrom(descriptor, randomBytes(size));
    fsyncSync(descriptor);
  } catch (error) {
    close();
    throw error;
  }
  return {
    replace(content) {
      const bytes = Buffer.from(content);
      const ways = [
        () => {
          rewrite(descriptor, bytes);
          renameSync(sibling, file);
        },
        () => replaceByNewFile(file, bytes),
        () => overwrite(file, bytes),
      ];
      firstThatWorks(ways);
      try {
        syncDirectory(dirname(file));
      } catch {
        // The content is in its place. Whether it outlives a power cut is all that is not known.
      }
    },
    close,
  };
}

function firstThatWorks(ways: readonly (() => void)[]): void {
  const errors: unknown[] = [];
  for (const way of ways) {
    try {
      way();
      return;
    } catch (error) {
      errors.push(error);
    }
  }
  throw errors[0];
}

function siblingOf(file: string): string {
  return join(dirname(file), `.${basename(file)}.${randomBytes(16).toString('hex')}.tmp`);
}

function openNewFile(file: string): number {
  const descriptor = openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    if (effectiveUid() !== undefined) {
      fchmodSync(descriptor, 0o600);
    }
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    rmSync(file, { force: true });
    throw error;
  }
}

function replaceByNewFile(file: string, bytes: Buffer): void {
  const sibling = siblingOf(file);
  const descriptor = openNewFile(sibling);
  try {
    rewrite(descriptor, bytes);
    renameSync(sibling, file);
  } finally {
    closeSync(descriptor);
    rmSync(sibling, { force: true });
  }
}

function overwrite(file: string, bytes: Buffer): void {
  const descriptor = openSync(file, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  try {
    refuseUnlessPrivate(file, descriptor);
    rewrite(descriptor, bytes);
  } finally {
    closeSync(descriptor);
  }
}

/** Writes before it cuts, so that the room that is there is never given away. */
function rewrite(descriptor: number, bytes: Buffer): void {
  writeFrom(descriptor, bytes);
  ftruncateSync(descriptor, bytes.length);
  fsyncSync(descriptor);
}

function writeFrom(descriptor: number, bytes: Buffer): void {
  for (let offset = 0; offset < bytes.length; ) {
    offset += writeSync(descriptor, bytes, offset, bytes.length - offset, offset);
  }
}
