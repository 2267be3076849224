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

/** Seconds in each unit of a period. */
const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** The seconds of a period such as `3d`, `12h`, `30m` or `90`; throws a `UsageError` for anything else. */
export function readPeriod(flag: string, text: string): number {
  const [, count = '', unit = 's'] = /^(\d{1,7})([smhdw]?)$/.exec(text) ?? [];
  const seconds = Number(count) * (units[unit || 's'] ?? 1);
  if (count !== '' && seconds <= LONGEST_PERIOD) {
    return seconds;
  }
  throw new UsageError(
    'usage_invalid',
    `${flag} takes a time such as 3d, 12h or 30m, not ${JSON.stringify(text)}`,
    {
      hint: `for example ${flag} 3d`,
    },
  );
}

/** Ten years. */
const LONGEST_PERIOD = 315_360_000;
