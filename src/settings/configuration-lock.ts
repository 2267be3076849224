import {
  closeSync,
  constants,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { ConfigurationError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { systemReason } from '../ground/system-words.ts';
import { fileMark } from '../secrets/file-mark.ts';
import { type Lock, type LockSurroundings, waitForLock } from '../secrets/lock.ts';
import { LONGEST_LOCK, type LockFiles } from '../secrets/lock-file.ts';
import { readFileOfOwner } from '../secrets/private-file-reading.ts';
import { createWhole, isFileOf, removeOwn } from './whole-file.ts';

/** Milliseconds to wait for each other process: a change takes a few. */
const PATIENCE = 5_000;
const LONGEST_PAUSE = 40;
// Windows does not have it.
const O_NOFOLLOW = constants.O_NOFOLLOW ?? 0;

const ELSEWHERE =
  'check that you may write to its directory and the disk has room, or choose another directory with OAUTH_LOGIN_CONFIG_DIR';

interface LockedFile {
  readonly file: string;
  /** What to do when it cannot be written. */
  readonly hint: string;
}

/** The right to change a file. The lock becomes its next content: a sibling named `.lock`, as git has for its index. */
export interface ConfigurationLock {
  /** Replaces the content of the file, whole or not at all, and gives the right back. Throws a `ConfigurationError`. */
  replace(text: string): void;
  /** Gives the right back without a change. */
  close(): void;
}

/**
 * Opens the lock of that file, and waits up to 5 s for each other process. `waitForLock` says when a lock is taken over;
 * where nobody can tell whether its owner still runs, that is when the lock is 30 s old.
 *
 * Throws a `ConfigurationError`: `config_busy`, or `config_write_failed` with that hint; rejects with the signal's reason.
 */
export async function openConfigurationLock(
  file: string,
  surroundings: LockSurroundings,
  hint = ELSEWHERE,
): Promise<ConfigurationLock> {
  const locked = { file, hint };
  const path = `${file}.lock`;
  const rules = {
    files: lockFilesBeside(locked),
    patience: PATIENCE,
    longestPause: LONGEST_PAUSE,
    isAgeTrusted: true,
    busy: () => busy(file, path),
  };
  const lock = await waitForLock<never>(path, surroundings, rules, async () => undefined);
  return heldLock(locked, path, 'settled' in lock ? lock.settled : lock);
}

/** The directory may be one that others can read, and the lock may be what another program left there. */
function lockFilesBeside(locked: LockedFile): LockFiles {
  return {
    create: (path, content) =>
      writing(locked, () => {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        return createWhole(path, content);
      }),
    read(path) {
      try {
        return readFileOfOwner(path, LONGEST_LOCK);
      } catch {
        // Nothing is known of the owner of a lock that cannot be read.
        const mark = fileMark(path);
        return mark === undefined ? undefined : Buffer.from(mark);
      }
    },
    remove(path) {
      try {
        rmSync(path, { force: true });
      } catch {
        // A lock that cannot be removed is named in the error after the wait.
      }
    },
  };
}

function heldLock(locked: LockedFile, path: string, lock: Lock): ConfigurationLock {
  const { file } = locked;
  return {
    replace(text) {
      const isReplaced = lock.isHeld() && writing(locked, () => renameOverFile(file, path, text, lock));
      lock.release();
      if (!isReplaced) {
        throw busy(file, path);
      }
    },
    close() {
      lock.release();
    },
  };
}

/**
 * Writes the text into the lock and renames it; gives `false` when the lock was taken over before that. A lock that does
 * not become the file goes, since with half a text in it nobody could tell who has it, and git would wait for it.
 */
function renameOverFile(file: string, path: string, text: string, lock: Lock): boolean {
  const descriptor = openSync(path, constants.O_RDWR | O_NOFOLLOW);
  const isThere = isFileOf(descriptor, path);
  let isOpen = true;
  try {
    if (!lock.isHeld() || !isThere()) {
      return false;
    }
    try {
      ftruncateSync(descriptor);
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
      if (!isThere()) {
        return false;
      }
      // Windows renames no file that is open.
      closeSync(descriptor);
      isOpen = false;
      renameSync(path, file);
    } catch (cause) {
      removeOwn(path, isThere);
      throw cause;
    }
  } finally {
    if (isOpen) {
      closeSync(descriptor);
    }
  }
  return true;
}

function writing<T>({ file, hint }: LockedFile, write: () => T): T {
  try {
    return write();
  } catch (cause) {
    throw new ConfigurationError('config_write_failed', `cannot write ${file} (${systemReason(cause)})`, {
      hint,
      cause,
    });
  }
}

function busy(file: string, path: string): ConfigurationError {
  return new ConfigurationError('config_busy', `another process has been changing ${file} for too long`, {
    hint: `run the command again in half a minute, or if no other process of this tool is running: rm ${shellQuoted(path)}`,
  });
}
