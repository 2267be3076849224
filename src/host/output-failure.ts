import { StoreError } from '../ground/errors.ts';
import { systemReason } from '../ground/system-words.ts';

/** The codes of a failed write when nobody reads the output any more. */
const readerHasGone: readonly unknown[] = ['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED'];

/**
 * Gives the error of a standard output that could not be written, by the code of the failed write; `undefined` when
 * its reader has gone, which is no fault of anybody.
 *
 * @see write(2)
 */
export function outputFailure(code: unknown): StoreError | undefined {
  if (readerHasGone.includes(code)) {
    return undefined;
  }
  const message = `cannot write to standard output (${systemReason(typeof code === 'string' ? code : undefined)})`;
  return new StoreError('store_write_failed', message, {
    hint: 'make room there, or send it elsewhere; then run it again',
  });
}
