import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../ground/context.ts';

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  async sleep(milliseconds, signal) {
    signal?.throwIfAborted();
    try {
      await delay(milliseconds, undefined, { signal });
    } catch (error) {
      // The timer rejects with an AbortError of its own; callers are promised the reason.
      signal?.throwIfAborted();
      throw error;
    }
  },
};
