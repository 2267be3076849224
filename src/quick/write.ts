import { writeSync } from 'node:fs';

/** How the process is to end. */
export interface QuickAnswer {
  readonly exitCode: number;
  /** The signal to end by instead, as `SystemContext.endsBy` has it. */
  readonly signal?: NodeJS.Signals;
  /** What the system called the failure to write the answer; the whole program knows what to say of it. */
  readonly unwritten?: string;
}

/** The whole program is needed, and this was read from the standard input already. */
export interface UnansweredInput {
  readonly input: Buffer;
}

/** Writes at once and without a stream, which would cost as much as the rest; a full pipe is waited for. */
export function write(text: string): QuickAnswer {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown code';
      if (code !== 'EAGAIN') {
        return { exitCode: 1, unwritten: code };
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
  return { exitCode: 0 };
}
