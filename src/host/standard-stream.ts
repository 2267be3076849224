import { bunRuntime } from '../ground/bun.ts';
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
  const fail = (error: Error) => {
    failed = true;
    code ??= 'code' in error ? error.code : undefined;
  };
  const settled = bunRuntime() === undefined ? undefined : trackWrites(stream, fail);
  stream.on('error', fail);
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
    flush: async () => {
      await settled?.();
      return write('');
    },
    writeBytes: write,
  };
}

/**
 * Gives a function that resolves once every write so far has ended. Bun calls back for an empty write at once, also
 * while an earlier one is still to fail; Node keeps them in order.
 */
function trackWrites(stream: NodeJS.WriteStream, fail: (error: Error) => void): () => Promise<unknown> {
  const pending = new Set<Promise<void>>();
  const write: (chunk: string | Uint8Array, told: (error?: Error | null) => void) => boolean =
    stream.write.bind(stream);
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    }).then(() => {
      pending.delete(ended);
    });
    pending.add(ended);
    const told = rest.find((each) => typeof each === 'function');
    return write(chunk, (error) => {
      if (error) {
        fail(error);
      }
      told?.(error);
      end();
    });
  };
  return () => Promise.all(pending);
}
