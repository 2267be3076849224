import { AbortedError } from '../ground/errors.ts';

/** What ends the work of one call. */
export interface Stop {
  readonly controller: AbortController;
  /** Forgets the signal of the caller, which may live longer than the call. */
  release(): void;
}

/**
 * A controller that the signal of the caller aborts, with an error of the family whose cause is the caller's reason.
 *
 * Throws that `AbortedError` when the signal is aborted already.
 */
export function followSignal(signal: AbortSignal | undefined): Stop {
  const controller = new AbortController();
  if (signal?.aborted === true) {
    throw stopped(signal);
  }
  const stop = () => controller.abort(signal === undefined ? undefined : stopped(signal));
  signal?.addEventListener('abort', stop, { once: true });
  return { controller, release: () => signal?.removeEventListener('abort', stop) };
}

/** The error of a call that the caller has stopped. */
export function stopped({ reason }: AbortSignal): AbortedError {
  return new AbortedError('stopped by the signal', 'call it again when you are ready', { cause: reason });
}

/**
 * Gives what the work gives, or rejects as soon as the signal is aborted: a refresh that is under way goes on, since its
 * answer has to reach the disk.
 */
export async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = () => {};
  const end = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, end]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
