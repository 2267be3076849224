import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';
import { isatty } from 'node:tty';
import { bunRuntime } from './bun.ts';
import type { Input } from './context.ts';

/** A file that is open for reading. */
export interface OpenFile {
  readonly descriptor: number;
  readonly status: Stats;
  /**
   * What comes from a pipe, a FIFO (as the process substitution of a shell makes them) or a terminal: it is waited for
   * without keeping the process from ending. It closes the descriptor. Absent for anything else.
   */
  stream?(): Promise<Input>;
  /** Closes the descriptor, unless a stream does. */
  close(): void;
}

/**
 * Opens a file for reading; a FIFO that nobody writes to is no obstacle. Throws the error of the file system.
 *
 * @see [open, O_NONBLOCK](https://pubs.opengroup.org/onlinepubs/9799919799/functions/open.html)
 */
export function openFile(path: string): OpenFile {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  let isOurs = true;
  const close = () => {
    if (isOurs) {
      closeSync(descriptor);
    }
    isOurs = false;
  };
  const stream = (open: () => Promise<Input>) => async () => {
    isOurs = false;
    return open();
  };
  try {
    const status = fstatSync(descriptor);
    const file = { descriptor, status, close };
    // Not node:fs: it would read at once, and take a FIFO that has no writer yet for one that has ended.
    if (status.isFIFO()) {
      return { ...file, stream: stream(() => socketOn(descriptor)) };
    }
    return isatty(descriptor) ? { ...file, stream: stream(() => terminalOn(descriptor)) } : file;
  } catch (error) {
    close();
    throw error;
  }
}

async function socketOn(fd: number): Promise<Input> {
  const bun = bunRuntime();
  if (bun !== undefined) {
    return inputFrom(bun.file(fd).stream());
  }
  const { Socket } = await import('node:net');
  return new Socket({ fd, readable: true, writable: false });
}

/** Bun's sockets do not read a FIFO, and its streams wait for a writer as a socket of Node does. */
function inputFrom(stream: ReadableStream<Uint8Array>): Input {
  const reader = stream.getReader();
  return {
    async *[Symbol.asyncIterator]() {
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        yield Buffer.from(read.value);
      }
    },
    destroy: () => void reader.cancel().catch(() => undefined),
  };
}

async function terminalOn(fd: number): Promise<Input> {
  const { ReadStream } = await import('node:tty');
  return new ReadStream(fd);
}
