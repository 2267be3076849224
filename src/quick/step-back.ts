/** Ends the try of a quick answer: throws an `Error`, which is never shown. */
export function stepBack(): never {
  throw new Error('the whole program is needed');
}

/** Ends the try of a quick answer, in place of what is done asynchronously: rejects with that `Error`. */
export async function stepBackLater(): Promise<never> {
  return stepBack();
}
