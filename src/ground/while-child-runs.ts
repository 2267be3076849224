import type { Context } from './context.ts';

/**
 * The context for work that goes on while a child process runs: what Ctrl-C means is decided by the child, so it stops
 * nothing here. The process ends when the child does.
 */
export function whileChildRuns(context: Context): Context {
  const never = new AbortController().signal;
  // A copy would touch the streams of the process.
  return Object.create(context, {
    signal: { value: never },
    uninterrupted: { value: <Result>(work: () => Promise<Result>) => work() },
  });
}
