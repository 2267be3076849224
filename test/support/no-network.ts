/** Stands for what opens the network where none may be used. */
export async function noNetwork(): Promise<never> {
  throw new Error('the network was used');
}
