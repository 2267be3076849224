import type { StoreError } from '../ground/errors.ts';
import { outputFailure } from './output-failure.ts';

/** A standard stream that may be closed by the program that reads it. */
export interface StandardStream {
  readonly stream: NodeJS.WriteStream;
  /** Why nothing can be written any more; `undefined` also when the reader has gone, which is no failure. */
  failure(): StoreError | undefined;
  /** Resolves once all that was written has been taken, or cannot be any more: then to `false`. */
  flush(): Promise<boolean>;
  /** Resolves once the bytes have been taken, or cannot be any more: then to `false`. */
  writeBytes(bytes: Uint8Array): Promise<boolean>;
}

/**
 * Watches over a standard stream, so that a closed pipe (`oauth-login token | true`) is no crash with a stack.
 *
 * Writes to pipes are asynchronous on some platforms: `flush` before the process ends.
 */
export function watchStream(stream: NodeJS.WriteStream): StandardStream {
  let failed = false;
  let code: unknown;
  stream.on('error', (error) => {
    failed = true;
    code ??= 'code' in error ? error.code : undefined;
  });
  const write = (chunk: string | Uint8Array): Promise<boolean> =>
    new Promise((resolve) => {
      if (failed || stream.destroyed) {
        resolve(false);
      } else {
        stream.write(chunk, (error) => resolve(!error && !failed));
      }
    });
  return {
    stream,
    failure: () => (failed ? outputFailure(code) : undefined),
    flush: () => write(''),
    writeBytes: write,
  };
}
