/** A time limit joined with other reasons to stop. */
export interface Deadline {
  /** Aborted when the time is over, and when one of the other signals is. */
  readonly signal: AbortSignal;
  readonly passed: () => boolean;
  /** Must be called at the end: lets go of the timer and of the other signals. */
  end(): void;
}

/**
 * Starts a time limit, in milliseconds.
 *
 * Not `AbortSignal.any` of `AbortSignal.timeout`: in several releases of Node the pair may be garbage-collected
 * before it fires.
 */
export function startDeadline(milliseconds: number, stops: readonly AbortSignal[]): Deadline {
  const controller = new AbortController();
  let passed = false;
  const stop = () => controller.abort();
  const timer = setTimeout(() => {
    passed = true;
    stop();
  }, milliseconds);
  for (const signal of stops) {
    if (signal.aborted) {
      stop();
    }
    signal.addEventListener('abort', stop, { once: true });
  }
  return {
    signal: controller.signal,
    passed: () => passed,
    end() {
      clearTimeout(timer);
      for (const signal of stops) {
        signal.removeEventListener('abort', stop);
      }
    },
  };
}
