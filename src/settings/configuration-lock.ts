import { randomInt } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Context } from '../ground/context.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { systemErrorCode, systemReason } from '../ground/system-words.ts';

/** Milliseconds to wait for another process: a change takes a few. */
const PATIENCE = 5_000;
/** Milliseconds after which a lock was left by a process that died. */
const LEFT_BEHIND = 30_000;
/** Milliseconds after which our own lock may soon be taken for one that was left. */
const LONGEST_CHANGE = 15_000;
const LONGEST_PAUSE = 40;

/** The right to change a file, and the place of its next content: a sibling named `.lock`, as git has for its index. */
export interface ConfigurationLock {
  /** Puts the text in the place of the file, whole or not at all, and gives the right back. Throws a `ConfigurationError`. */
  replace(text: string): void;
  /** Gives the right back without a change. */
  close(): void;
}

/**
 * Opens the lock of that file; waits about 5 s for another process, and takes over what one that died left 30 s ago.
 *
 * Throws a `ConfigurationError`: `config_busy`, or `config_write_failed`; rejects with the signal's reason.
 */
export async function openConfigurationLock(
  file: string,
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
): Promise<ConfigurationLock> {
  const path = `${file}.lock`;
  const deadline = clock.monotonic() + PATIENCE;
  for (;;) {
    signal.throwIfAborted();
    const descriptor = writing(file, () => create(path));
    if (descriptor !== undefined) {
      return heldLock(file, path, descriptor, clock);
    }
    breakIfLeft(path, clock.now());
    if (clock.monotonic() >= deadline) {
      throw busy(file, path);
    }
    await clock.sleep(randomInt(1, LONGEST_PAUSE), signal);
  }
}

function create(path: string): number | undefined {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    return openSync(path, 'wx', 0o600);
  } catch (cause) {
    if (systemErrorCode(cause) === 'EEXIST') {
      return undefined;
    }
    throw cause;
  }
}

function heldLock(
  file: string,
  path: string,
  descriptor: number,
  { monotonic }: Context['clock'],
): ConfigurationLock {
  const since = monotonic();
  let isOpen = true;
  let isOurs = true;
  const closeFile = () => {
    if (isOpen) {
      closeSync(descriptor);
    }
    isOpen = false;
  };
  return {
    replace(text) {
      writing(file, () => {
        writeFileSync(descriptor, text);
        fsyncSync(descriptor);
        // Windows renames no file that is open.
        closeFile();
        // Who was asleep for long may find the lock of another process there.
        isOurs = monotonic() - since < LONGEST_CHANGE;
        if (isOurs) {
          renameSync(path, file);
        }
      });
      if (!isOurs) {
        throw busy(file, path);
      }
      isOurs = false;
    },
    close() {
      closeFile();
      if (isOurs && monotonic() - since < LONGEST_CHANGE) {
        rmSync(path, { force: true });
      }
      isOurs = false;
    },
  };
}

/**
 * Removes a lock that was left. A file named after that very lock makes sure that of many processes with the same
 * opinion none removes the lock that the first one took afterwards.
 */
function breakIfLeft(path: string, now: Date): void {
  const left = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (left === undefined || !isLeft(left, now)) {
    return;
  }
  const breaker = `${path}.${left.ino.toString(36)}-${left.mtimeNs.toString(36)}`;
  try {
    closeSync(openSync(breaker, 'wx', 0o600));
  } catch {
    breakIfLeft(breaker, now);
    return;
  }
  try {
    const present = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (present?.ino === left.ino && present.mtimeNs === left.mtimeNs) {
      rmSync(path, { force: true });
    }
  } catch {
    // What cannot be removed is named when the patience has ended.
  } finally {
    rmSync(breaker, { force: true });
  }
}

/** On both sides of the present: a clock that was set back makes no lock eternal. */
function isLeft({ mtimeMs }: BigIntStats, now: Date): boolean {
  return Math.abs(now.getTime() - Number(mtimeMs)) > LEFT_BEHIND;
}

function writing<T>(file: string, write: () => T): T {
  try {
    return write();
  } catch (cause) {
    throw new ConfigurationError('config_write_failed', `cannot write ${file} (${systemReason(cause)})`, {
      hint: 'make the directory writable and the disk not full, or name another one in OAUTH_LOGIN_CONFIG_DIR',
      cause,
    });
  }
}

function busy(file: string, path: string): ConfigurationError {
  return new ConfigurationError('config_busy', `another process is changing ${file} and does not end`, {
    hint: `run the command again in half a minute, or, when no other oauth-login runs: rm ${shellQuoted(path)}`,
  });
}
