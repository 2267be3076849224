import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Paths } from '../ground/context.ts';
import { StoreError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { type Lock, type LockSurroundings, waitForLock } from '../secrets/lock.ts';
import { type LockOwner, privateLockFiles } from '../secrets/lock-file.ts';

/** Longer than two whole HTTP exchanges of 30 s, so that a waiter outlasts any refresh. */
export const LOCK_DEADLINE = 70_000;

/**
 * Takes the lock at that path, in a private directory, and waits up to 70 s for each of its owners. `waitForLock` says
 * when a lock is taken over.
 *
 * Throws `StoreError` `store_busy`, or `store_permissions` when something else is in its place; rejects with the
 * signal's reason when that is aborted.
 */
export async function openLock(file: string, surroundings: LockSurroundings): Promise<Lock> {
  const opened = await openLockUnless<never>(file, surroundings, async () => undefined);
  return 'settled' in opened ? opened.settled : opened;
}

/**
 * The same for a caller who can use the result that the owner is working at. `look` is called first and in every pause,
 * and what it gives ends the wait. `patience` is in milliseconds. Rejects with what `look` throws as well.
 */
export function openLockUnless<T>(
  file: string,
  surroundings: LockSurroundings,
  look: () => Promise<T | undefined>,
  patience = LOCK_DEADLINE,
): Promise<Lock | { readonly settled: T }> {
  const rules = {
    files: privateLockFiles,
    patience,
    longestPause: 300,
    isAgeTrusted: false,
    busy: (owner: LockOwner | undefined) => busy(file, owner),
  };
  return waitForLock(file, surroundings, rules, look);
}

/** The path of the lock for a subject: an account, or anything else that one process at a time may change. */
export function lockPath({ dataDir }: Paths, subject: string): string {
  return join(dataDir, 'locks', `${createHash('sha256').update(subject).digest('hex').slice(0, 32)}.lock`);
}

function busy(file: string, owner: LockOwner | undefined): StoreError {
  const who = owner?.process === undefined ? 'another process' : `the process ${owner.process.pid}`;
  return new StoreError('store_busy', `${who} has been using this account for more than a minute`, {
    hint: `wait for it or end it, then run the command again; if it ended long ago: rm ${shellQuoted(file)}`,
  });
}
