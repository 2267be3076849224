import type { Readable } from 'node:stream';

const CTRL_C = 0x03;
const CTRL_BACKSLASH = 0x1c;

/** The standard input as a terminal, which can stop showing what is typed. */
export type TerminalInput = Readable & {
  readonly isTTY?: boolean | undefined;
  readonly isRaw?: boolean | undefined;
  setRawMode?(mode: boolean): unknown;
};

/** A terminal that shows nothing of what is typed until it is let go. */
export interface HeldTerminal {
  /** Runs a question of the library. Keys that were typed before it are its first input. */
  during<Answer>(question: () => Promise<Answer>): Promise<Answer>;
  /** Whether the library wants to read keys: it switches that off when it thinks a question is over. */
  isAsking(): boolean;
  /** Lets the terminal show what is typed again. */
  release(): void;
}

/**
 * Holds the terminal from now on. Between two questions the library reads no keys. What is typed then is kept for
 * the next question. Ctrl-C is a key like any other while the terminal is held; it calls `interrupt`.
 */
export function holdTerminal(stdin: TerminalInput, interrupt: () => void): HeldTerminal {
  const setRawMode = stdin.setRawMode?.bind(stdin) ?? (() => {});
  const typed: Buffer[] = [];
  let isAsking = false;
  let isHeld = true;
  let interrupts = 0;

  const collect = (chunk: Buffer | string) => {
    const bytes = Buffer.from(chunk);
    if (!bytes.includes(CTRL_C) && !bytes.includes(CTRL_BACKSLASH)) {
      typed.push(bytes);
      return;
    }
    interrupts += 1;
    // The second Ctrl-C ends the process at once, so the terminal is set back first.
    if (interrupts > 1) {
      release();
    }
    interrupt();
  };
  const watch = () => {
    stdin.on('data', collect);
    stdin.resume();
  };
  const unwatch = () => {
    stdin.off('data', collect);
    stdin.pause();
  };
  function release(): void {
    if (!isHeld) {
      return;
    }
    isHeld = false;
    unwatch();
    if (stdin.setRawMode !== undefined) {
      Reflect.deleteProperty(stdin, 'setRawMode');
      setRawMode(false);
    }
  }

  if (stdin.setRawMode !== undefined) {
    setRawMode(true);
    // The library would show what is typed again after each question.
    stdin.setRawMode = (mode: boolean) => {
      isAsking = mode;
      return stdin;
    };
  }
  watch();
  return {
    isAsking: () => isAsking,
    release,
    async during(question) {
      unwatch();
      const before = Buffer.concat(typed.splice(0));
      if (before.length > 0 && !stdin.readableEnded) {
        stdin.unshift(before);
      }
      try {
        return await question();
      } finally {
        if (isHeld) {
          watch();
        }
      }
    },
  };
}
