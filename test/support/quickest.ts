/** Milliseconds of the quickest of three runs: what else runs on the machine slows down some, and rarely all. */
export function quickest(work: () => unknown): number {
  const times = [1, 2, 3].map(() => {
    const started = performance.now();
    work();
    return performance.now() - started;
  });
  return Math.min(...times);
}
