/** No document that is read here nests deeper. */
const DEEPEST = 64;

/**
 * Whether a value that was read from JSON nests deeper than any real document. Code that recurses into it could
 * overflow the stack.
 */
export function nestsTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) {
      return true;
    }
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}
