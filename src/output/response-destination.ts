import type { Context } from '../ground/context.ts';
import { UsageError } from '../ground/errors.ts';

/** Where a response goes, piece by piece. */
export interface ResponseDestination {
  /** Resolves once the bytes are taken; to `false` when nobody reads any more. */
  write(bytes: Uint8Array): Promise<boolean>;
  /** All is written: makes it final. */
  finish(): Promise<void>;
  /** Stops an incomplete response, and leaves nothing behind. */
  abandon(): Promise<void>;
}

const nothing = async () => {};

/** The standard output; a terminal gets text only, unless `-o -` asks for everything. */
export function standardOutput(
  context: Pick<Context, 'stdout' | 'writeBytes'>,
  asked: boolean,
): ResponseDestination {
  const write = (bytes: Uint8Array) => context.writeBytes(bytes);
  if (asked || context.stdout.isTTY !== true) {
    return { write, finish: nothing, abandon: nothing };
  }
  const decoder = new TextDecoder();
  return {
    finish: nothing,
    abandon: nothing,
    write(bytes) {
      // Controls could hide lines, forge them, or reach the clipboard; what is not UTF-8 could be one.
      if (/[^\t\n\r\P{Cc}]|\ufffd/u.test(decoder.decode(bytes, { stream: true }))) {
        throw binary();
      }
      return write(bytes);
    },
  };
}

function binary(): UsageError {
  return new UsageError('usage_conflict', 'the reply is not only text, and could disturb the terminal', {
    hint: 'save it with -o FILE, or show it anyway with -o -',
  });
}
