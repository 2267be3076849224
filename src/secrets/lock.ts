import { randomInt } from 'node:crypto';
import type { Context } from '../ground/context.ts';
import type { OAuthLoginError } from '../ground/errors.ts';
import { fileMark } from './file-mark.ts';
import {
  beatLockFile,
  breakLockFile,
  isOwnLock,
  type LockFiles,
  type LockOwner,
  readLockOwner,
  releaseLockFile,
  takeLockFile,
} from './lock-file.ts';
import { isRunning } from './process-identity.ts';

const BEAT_INTERVAL = 5_000;
/** Six beats missed in a row. It decides where nobody can tell whether the owner still runs. */
const SILENCE_LIMIT = 30_000;
/** Milliseconds for which a lock that does not change is believed to have a living owner. */
const LOOK_INTERVAL = 1_000;
const FIRST_PAUSE = 10;

/** A lock between processes that is held until `release`. */
export interface Lock {
  /** Whether this process still holds the lock: after a long sleep, another one may have taken it over. */
  isHeld(): boolean;
  release(): void;
}

/** What differs between the locks of this tool. */
export interface LockRules {
  readonly files: LockFiles;
  /** Milliseconds to wait for each owner. */
  readonly patience: number;
  /** Milliseconds between two looks, at most. */
  readonly longestPause: number;
  /** A beat of long ago by the clock of the machine counts as silence too, because the patience is shorter than that. */
  readonly isAgeTrusted: boolean;
  /** The error when the patience has ended. */
  readonly busy: (owner: LockOwner | undefined) => OAuthLoginError;
}

/** What a lock needs of the world. */
export type LockSurroundings = Pick<Context, 'clock' | 'signal'>;

/** The locks that this process holds. */
const held = new Set<Lock>();

/**
 * Takes the lock at that path, and waits for each of its owners as long as the rules say. The lock of a process that
 * died is taken over at once. Where nobody can tell whether it died (another machine or container), 30 s of silence
 * decide. `look` is called first and in every pause. The result that it gives ends the wait.
 *
 * It is not a kernel lock: Node has none on files, abstract sockets are open to other users, and sockets in the file
 * system outlive their process and do not work on every file system.
 *
 * Throws the error of `busy`, and what `look` and the files throw. Rejects with the signal's reason.
 */
export async function waitForLock<T>(
  file: string,
  { clock, signal }: LockSurroundings,
  rules: LockRules,
  look: () => Promise<T | undefined>,
): Promise<Lock | { readonly settled: T }> {
  const { files } = rules;
  let deadline = clock.monotonic() + rules.patience;
  let seen: { owner: LockOwner; since: number } | undefined;
  let watched: { mark: string; until: number } | undefined;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 1.5, rules.longestPause)) {
    signal.throwIfAborted();
    const settled = await look();
    if (settled !== undefined) {
      return { settled };
    }
    const mark = fileMark(file);
    const now = clock.monotonic();
    // Two hundred processes that all ask who has the lock, three times a second, keep its owner from its work.
    if (mark === undefined || watched?.mark !== mark || now >= watched.until) {
      const owner = readLockOwner(file, files);
      const token = owner === undefined ? takeLockFile(file, files) : undefined;
      if (token !== undefined) {
        return heldLock(file, token, files);
      }
      watched = mark === undefined ? undefined : { mark, until: now + LOOK_INTERVAL };
      if (owner !== undefined) {
        if (seen !== undefined && seen.owner.token !== owner.token) {
          deadline = now + rules.patience;
        }
        if (seen?.owner.token !== owner.token || seen.owner.beat !== owner.beat) {
          seen = { owner, since: now };
        }
        const age = rules.isAgeTrusted ? Math.abs(clock.now().getTime() - owner.beat) : 0;
        if (isOwnerGone(owner, Math.max(age, now - seen.since))) {
          breakLockFile(file, owner, files);
          if (readLockOwner(file, files) === undefined) {
            continue;
          }
        }
      }
    }
    if (now >= deadline) {
      throw rules.busy(seen?.owner);
    }
    // Waiters of one owner should not all come back at the same moment.
    await clock.sleep(randomInt(Math.ceil(pause / 2), Math.ceil(pause * 1.5) + 1), signal);
  }
}

function isOwnerGone({ process }: LockOwner, silence: number): boolean {
  const running = process === undefined ? 'unknown' : isRunning(process);
  return running === 'unknown' ? silence > SILENCE_LIMIT : !running;
}

function heldLock(file: string, token: string, files: LockFiles): Lock {
  const beat = setInterval(() => {
    try {
      beatLockFile(file, token, files);
    } catch {
      // A lock that cannot be kept is noticed by `isHeld`, before anything is written.
    }
  }, BEAT_INTERVAL);
  beat.unref();
  const lock = {
    isHeld: () => isOwnLock(file, token, files),
    release: () => {
      clearInterval(beat);
      held.delete(lock);
      releaseLockFile(file, token, files);
    },
  };
  held.add(lock);
  return lock;
}

/** Releases every lock of this process, which ends by an error that nobody caught. A lock that cannot be released stays. */
export function releaseEveryLock(): void {
  for (const lock of held) {
    try {
      lock.release();
    } catch {
      // The next process takes it over, because this one is gone then.
    }
  }
}
