import type { Context } from '../../src/ground/context.ts';

/** A standard input that is no terminal, in which these pieces arrive one after the other. */
export function standardInput(...pieces: (string | Buffer)[]): Context['stdin'] {
  return {
    isTTY: false,
    async *[Symbol.asyncIterator]() {
      yield* pieces;
    },
  };
}
