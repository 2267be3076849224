import type { Input } from './context.ts';

/**
 * Everything that comes from a stream until it ends, or until it has given more than `most` bytes; such an answer is
 * longer than `most`. `isEnd` tells of each piece whether it is the last one that is wanted. When the signal is aborted before, the stream is let go and the signal's reason is thrown.
 */
export async function readInput(
  input: Input,
  signal: AbortSignal,
  most = Number.POSITIVE_INFINITY,
  isEnd: (piece: Buffer) => boolean = () => false,
): Promise<Buffer> {
  let stop = () => {};
  try {
    signal.throwIfAborted();
    const stopped = new Promise<never>((_, reject) => {
      stop = () => reject(signal.reason);
      signal.addEventListener('abort', stop);
    });
    return await Promise.race([readAll(input, most, isEnd), stopped]);
  } catch (error) {
    input.destroy?.();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function readAll(input: Input, most: number, isEnd: (piece: Buffer) => boolean): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    length += bytes.length;
    if (length > most || isEnd(bytes)) {
      break;
    }
  }
  return Buffer.concat(chunks);
}
