import type { Clock, Context } from '../../src/ground/context.ts';

/** Is told where the clock stands, and what the command has said so far. */
export type AtSecond = (second: number, said: string) => Promise<void> | void;

/** A place for a command that waits and polls, where time passes as fast as it is slept away. */
export interface Stage {
  /** For a machine without a browser: the clock, and a standard error that is kept. */
  readonly changes: Partial<Context>;
  said(): string;
  /** Seconds between the polls, by the clock of the command. */
  polls(): number[];
  /** Seconds since the beginning. */
  seconds(): number;
}

/** Opens it; `hits` gives how often the server has been polled so far. */
export function openStage(hits: () => number, atSecond: AtSecond = () => {}): Stage {
  let milliseconds = 0;
  const err: string[] = [];
  const polledAt: number[] = [];
  const before = hits();
  const clock: Clock = {
    now: () => new Date(),
    monotonic: () => milliseconds,
    async sleep(duration, signal) {
      signal?.throwIfAborted();
      while (polledAt.length < hits() - before) {
        polledAt.push(milliseconds / 1000);
      }
      milliseconds += duration;
      await atSecond(milliseconds / 1000, err.join(''));
      signal?.throwIfAborted();
    },
  };
  return {
    changes: { clock, canOpenBrowser: false, stderr: { write: (text) => err.push(text) } },
    said: () => err.join(''),
    polls: () => polledAt.map((at, index) => at - (polledAt[index - 1] ?? 0)),
    seconds: () => milliseconds / 1000,
  };
}
