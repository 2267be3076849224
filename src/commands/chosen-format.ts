import { UsageError } from '../ground/errors.ts';
import { readTokenFormat, setsVariable, type TokenFormat } from '../output/token-format.ts';
import { tokenVariable } from '../settings/token-variable.ts';

/** The flags that say how a token is printed. */
export interface FormatFlags {
  readonly format?: string;
  readonly as?: string;
  readonly json?: boolean;
}

/** The format of `--format`, `--json` and `--as`. Throws a `UsageError` for what does not go together. */
export function chosenFormat({ format: text, json, as }: FormatFlags): TokenFormat {
  const format = json ? 'json' : readTokenFormat(text ?? 'raw');
  if (as === undefined) {
    return format;
  }
  tokenVariable(as, '');
  if (setsVariable(format)) {
    return format;
  }
  throw new UsageError('usage_conflict', `--as cannot be used with the format ${format}`, {
    hint: 'add a format that sets a variable, such as --format env',
  });
}
