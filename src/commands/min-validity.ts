import { UsageError } from '../errors.ts';

/** The seconds of `--min-validity`; throws a `UsageError` for anything but a whole number. */
export function readMinValidity(text: string): number {
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new UsageError(
    'usage_invalid',
    `--min-validity takes a number of seconds, not ${JSON.stringify(text)}`,
    {
      hint: 'for example --min-validity 300',
    },
  );
}
