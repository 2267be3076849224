import { createHash, randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { Context, Paths } from '../ground/context.ts';
import { StoreError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { fileMark } from './file-mark.ts';
import {
  beatLockFile,
  breakLockFile,
  isOwnLock,
  type LockOwner,
  readLockOwner,
  releaseLockFile,
  takeLockFile,
} from './lock-file.ts';
import { isRunning } from './process-identity.ts';

/** Longer than two whole HTTP exchanges of 30 s, so that a waiter outlasts any refresh. */
export const LOCK_DEADLINE = 70_000;
const BEAT_INTERVAL = 5_000;
/** Six beats missed in a row, for owners of which nothing else can be known. */
const SILENCE_LIMIT = 30_000;
/** How long a lock that does not change is believed to have an owner that lives. */
const LOOK_INTERVAL = 1_000;
const FIRST_PAUSE = 10;
const LONGEST_PAUSE = 300;

/** A lock between processes that is held until `release`. */
export interface Lock {
  /** Whether it is still ours: a process that slept for long may have lost it. */
  isHeld(): boolean;
  release(): void;
}

type Surroundings = Pick<Context, 'clock' | 'signal'>;

/**
 * Takes the lock at that path, in a private directory, and waits up to 70 s for each of its owners. The lock of a
 * process that died is taken over at once; where that cannot be told (another machine or container), after 30 s silence.
 *
 * Not a kernel lock: Node has none on files, abstract sockets are open to other users, and sockets in the file
 * system outlive their process and do not work on every file system.
 *
 * Throws `StoreError` `store_busy`, or `store_permissions` when something else is in its place; rejects with the
 * signal's reason when that is aborted.
 */
export async function openLock(file: string, surroundings: Surroundings): Promise<Lock> {
  const opened = await openLockUnless<never>(file, surroundings, async () => undefined);
  return 'settled' in opened ? opened.settled : opened;
}

/**
 * The same for who would rather have what the owner is working at: `look` is asked at first and in every pause, and what
 * it gives ends the wait. Rejects with what `look` throws as well.
 */
export async function openLockUnless<T>(
  file: string,
  { clock, signal }: Surroundings,
  look: () => Promise<T | undefined>,
): Promise<Lock | { readonly settled: T }> {
  let deadline = clock.monotonic() + LOCK_DEADLINE;
  let seen: { owner: LockOwner; since: number } | undefined;
  let watched: { mark: string; until: number } | undefined;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
    signal.throwIfAborted();
    const settled = await look();
    if (settled !== undefined) {
      return { settled };
    }
    const mark = fileMark(file);
    const now = clock.monotonic();
    // Two hundred processes that all ask who has the lock, three times a second, keep its owner from its work.
    if (mark === undefined || watched?.mark !== mark || now >= watched.until) {
      const owner = readLockOwner(file);
      const token = owner === undefined ? takeLockFile(file) : undefined;
      if (token !== undefined) {
        return heldLock(file, token);
      }
      watched = mark === undefined ? undefined : { mark, until: now + LOOK_INTERVAL };
      if (owner !== undefined) {
        if (seen !== undefined && seen.owner.token !== owner.token) {
          deadline = now + LOCK_DEADLINE;
        }
        if (seen?.owner.token !== owner.token || seen.owner.beat !== owner.beat) {
          seen = { owner, since: now };
        }
        const running = owner.process === undefined ? 'unknown' : isRunning(owner.process);
        if (running === false || (running === 'unknown' && now - seen.since > SILENCE_LIMIT)) {
          breakLockFile(file, owner);
          if (readLockOwner(file) === undefined) {
            continue;
          }
        }
      }
    }
    if (now >= deadline) {
      throw busy(file, seen?.owner);
    }
    // Waiters of one owner should not all come back at the same moment.
    await clock.sleep(randomInt(Math.ceil(pause / 2), Math.ceil(pause * 1.5) + 1), signal);
  }
}

/** The path of the lock for a subject: an account, or whatever else one process at a time may change. */
export function lockPath({ dataDir }: Paths, subject: string): string {
  return join(dataDir, 'locks', `${createHash('sha256').update(subject).digest('hex').slice(0, 32)}.lock`);
}

function heldLock(file: string, token: string): Lock {
  const beat = setInterval(() => {
    try {
      beatLockFile(file, token);
    } catch {
      // A lock that cannot be kept is noticed by `isHeld`, before anything is written.
    }
  }, BEAT_INTERVAL);
  beat.unref();
  return {
    isHeld: () => isOwnLock(file, token),
    release: () => {
      clearInterval(beat);
      releaseLockFile(file, token);
    },
  };
}

function busy(file: string, owner: LockOwner | undefined): StoreError {
  const who = owner?.process === undefined ? 'another process' : `the process ${owner.process.pid}`;
  return new StoreError('store_busy', `${who} has been using this account for more than a minute`, {
    hint: `wait for it or end it, then run the command again; when it is long gone: rm ${shellQuoted(file)}`,
  });
}
