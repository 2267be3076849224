/** Ends the try of a quick answer. */
export function needWholeProgram(): never {
  throw new Error('the whole program is needed');
}

/** Ends the try of a quick answer, in place of what is done asynchronously. */
export async function needsTheWholeProgram(): Promise<never> {
  return needWholeProgram();
}
