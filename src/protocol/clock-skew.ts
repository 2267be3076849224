/** Gives how far an instant lies ahead of the clock that the library reads, in seconds. */
export function secondsAhead(instant: Date): number {
  return Math.round((instant.getTime() - Date.now()) / 1000);
}
