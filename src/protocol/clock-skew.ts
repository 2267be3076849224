/** Seconds that two clocks may differ before a person is told. */
const NOTICEABLE = 300;

/**
 * Gives by how many seconds the clock of the server is ahead of ours (RFC 9110 §6.6.1), negative when behind;
 * `undefined` where it says no time, or differs by no more than five minutes.
 */
export function clockOffset(response: Response, now: Date): number | undefined {
  const seconds = Math.round((Date.parse(response.headers.get('date') ?? '') - now.getTime()) / 1000);
  return Math.abs(seconds) > NOTICEABLE ? seconds : undefined;
}

/** Gives how far an instant lies ahead of the clock that the library reads, in seconds. */
export function secondsAhead(instant: Date): number {
  return Math.round((instant.getTime() - Date.now()) / 1000);
}
