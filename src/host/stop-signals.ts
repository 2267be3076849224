import { AbortedError } from '../ground/errors.ts';

/** The parts of the process that are needed. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  removeListener(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
}

/** The signals that ask this process to stop, and what they lead to. */
export interface StopSignals {
  /** Aborted with an `AbortedError` by the first of them; the next one ends the process as if nobody listened. */
  readonly signal: AbortSignal;
  /** The first of them, once it came. */
  received(): NodeJS.Signals | undefined;
  /** See `uninterrupted` in `Context`. */
  uninterrupted<T>(work: () => Promise<T>): Promise<T>;
}

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Listens to them from now on; `tell` is called when the first one has to wait for work that must not be interrupted. */
export function watchStopSignals(process: SignalSource, tell: () => void): StopSignals {
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  let atWork = 0;
  const stop = () => {
    for (const name of stopSignals) {
      process.removeListener(name, remember);
    }
    controller.abort(new AbortedError());
  };
  const remember = (name: NodeJS.Signals) => {
    const isFirst = received === undefined;
    received ??= name;
    if (atWork === 0) {
      stop();
    } else if (isFirst) {
      tell();
    }
  };
  for (const name of stopSignals) {
    process.on(name, remember);
  }

  return {
    signal: controller.signal,
    received: () => received,
    async uninterrupted(work) {
      controller.signal.throwIfAborted();
      atWork += 1;
      try {
        return await work();
      } finally {
        atWork -= 1;
        if (atWork === 0 && received !== undefined) {
          stop();
        }
      }
    },
  };
}
