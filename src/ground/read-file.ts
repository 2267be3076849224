import type { Context } from './context.ts';
import { type OpenFile, openFile } from './open-file.ts';
import { readInput } from './read-input.ts';
import { readStart } from './read-start.ts';

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
