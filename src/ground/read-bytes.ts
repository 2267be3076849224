import { readSync } from 'node:fs';
import type { Context } from './context.ts';
import { type OpenFile, openFile } from './open-file.ts';
import { readInput } from './read-input.ts';

/**
 * The bytes of a file, a pipe or a terminal; of one with more than `most` bytes, an answer that is longer than `most`.
 *
 * Throws the error of the file system; rejects with the signal's reason.
 */
export async function readFileUpTo(
  path: string,
  most: number,
  { signal }: Pick<Context, 'signal'>,
): Promise<Buffer> {
  let file: OpenFile | undefined;
  try {
    file = openFile(path);
    const stream = await file.stream?.();
    return stream === undefined ? readStart(file.descriptor, most) : await readInput(stream, signal, most);
  } finally {
    file?.close();
  }
}

/** The first `most` bytes of a file and one more, when it has that: whatever its size says, and of devices that never end. */
export function readStart(descriptor: number, most: number): Buffer {
  const buffer = Buffer.alloc(most + 1);
  let length = 0;
  for (let read = -1; read !== 0 && length < buffer.length; length += read) {
    read = readSync(descriptor, buffer, length, buffer.length - length, null);
  }
  return buffer.subarray(0, length);
}

/** The text of bytes in UTF-8, without the byte order mark that some editors put in front. */
export function textOfBytes(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes);
}
