import { UsageError } from '../ground/errors.ts';

/** A number of seconds of a flag; throws a `UsageError` for anything but a whole number within the bounds. */
export function secondsSetting(
  flag: string,
  text: string | undefined,
  { standard, least, most }: { readonly standard: number; readonly least: number; readonly most: number },
): number {
  if (text === undefined) {
    return standard;
  }
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= least && seconds <= most) {
    return seconds;
  }
  throw new UsageError(
    'usage_invalid',
    `${flag} takes a whole number of seconds from ${least} to ${most}, not ${JSON.stringify(text)}`,
    { hint: `for example ${flag} ${standard}` },
  );
}
