import type { Context } from '../ground/context.ts';
import type { Lock } from '../secrets/lock.ts';
import { lostLock } from './account-errors.ts';

/** The locks of accounts that this process holds. */
export interface AccountLocks {
  /** Throws `StoreError` `store_busy` when the lock of the account was taken over; without a lock, nothing happens. */
  refuseLost(id: string): void;
  /** Runs the work under the lock of the account, unless `look` gives an answer before the lock is free. */
  withLock<T>(id: string, look: () => Promise<T | undefined>, work: () => Promise<T>): Promise<T>;
}

/** The locks in the data directory; nothing is taken before it is asked for. */
export function openAccountLocks(context: Context): AccountLocks {
  const held = new Map<string, Lock>();
  return {
    refuseLost(id) {
      if (held.get(id)?.isHeld() === false) {
        throw lostLock();
      }
    },

    async withLock(id, look, work) {
      const { lockPath, openLockUnless } = await import('./lock.ts');
      const opened = await openLockUnless(lockPath(context.paths, id), context, look);
      if ('settled' in opened) {
        return opened.settled;
      }
      held.set(id, opened);
      try {
        return await work();
      } finally {
        held.delete(id);
        opened.release();
      }
    },
  };
}
