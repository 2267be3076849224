import { secondsSetting } from '../settings/seconds.ts';

/** Seconds that a printed token is valid at least, by default: enough for one request. */
const DEFAULT_MIN_VALIDITY_SECONDS = 60;

/** A year; no access token that a script can count on lives longer. */
const LONGEST_MIN_VALIDITY_SECONDS = 31_536_000;

/** The seconds of `--min-validity`; throws a `UsageError` for anything but a whole number up to a year. */
export function readMinValidity(text: string | undefined): number {
  return secondsSetting('--min-validity', text, {
    standard: DEFAULT_MIN_VALIDITY_SECONDS,
    least: 0,
    most: LONGEST_MIN_VALIDITY_SECONDS,
  });
}
