import type { Context } from '../ground/context.ts';
import { terminalLookOf } from '../ground/terminal-look.ts';

/** The last line of a terminal, which is drawn again and again while something is waited for. */
export interface LiveLine {
  /** Says lines that stay; the live line is gone until it is shown again. */
  say(...lines: readonly string[]): void;
  /** Shows a text in place of the last one; says nothing where lines are not drawn again. */
  show(text: string): void;
  /** Counts down the seconds to an instant of the monotonic clock, until something else is said by `stop` or `show`. */
  countDown(until: number, textOf: (seconds: number) => string): void;
  /** Ends the counting and takes the line away. */
  stop(): void;
}

const TICK_MILLISECONDS = 1000;
/** Back to the beginning of the line, and clears it. */
const CLEAR = '\r\u001b[K';

/** Makes the live line of the standard error. */
export function liveLine(context: Context): LiveLine {
  const { stderr, clock } = context;
  const { isLive, columns = 0 } = terminalLookOf(stderr, context);
  let isShown = false;
  let counting: AbortController | undefined;

  function clear(): void {
    if (isShown) {
      stderr.write(CLEAR);
    }
    isShown = false;
  }

  function show(text: string): void {
    if (isLive) {
      // A line that breaks is not taken back by the next one.
      stderr.write(`${CLEAR}${text.slice(0, columns - 1)}`);
      isShown = true;
    }
  }

  async function count(until: number, textOf: (seconds: number) => string, stop: AbortSignal): Promise<void> {
    for (;;) {
      const seconds = Math.ceil((until - clock.monotonic()) / 1000);
      if (seconds <= 0 || stop.aborted) {
        return;
      }
      show(textOf(seconds));
      await clock.sleep(TICK_MILLISECONDS, stop);
    }
  }

  return {
    say(...lines) {
      clear();
      stderr.write(`${lines.join('\n')}\n`);
    },
    show,
    countDown(until, textOf) {
      counting?.abort();
      counting = new AbortController();
      if (isLive) {
        count(until, textOf, counting.signal).catch(() => {});
      }
    },
    stop() {
      counting?.abort();
      clear();
    },
  };
}
