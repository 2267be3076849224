import { UsageError } from '../ground/errors.ts';

/** Bytes of a message at most. */
export const LONGEST_MESSAGE = 262_144;
/** Bytes of a line at most. */
const LONGEST_LINE = 65_536;
/** What ends a line for some reader, or could be taken for a line of its own. */
const BREAKS = /[\p{Cc}\u2028\u2029]/u;

/** What git says in a message: one value for a key, or a list for a key that ends in `[]`. */
export interface GitMessage {
  get(key: string): string | undefined;
  /** The values of a key such as `capability[]`, which is named without the brackets. */
  list(key: string): readonly string[];
}

/**
 * Reads what git writes to a credential helper, up to an empty line or the end. Throws a `UsageError` for a message that
 * holds anything else than lines `key=value`, or a key twice: nothing of it is used then.
 *
 * @see [git-credential, input/output format](https://git-scm.com/docs/git-credential#IOFMT)
 */
export function readGitMessage(bytes: Buffer): GitMessage {
  if (bytes.length > LONGEST_MESSAGE) {
    throw malformed('is too long');
  }
  const values = new Map<string, string>();
  const lists = new Map<string, string[]>();
  for (const line of bytes.toString('utf8').split('\n')) {
    if (line === '') {
      break;
    }
    const [, key = '', value = ''] = /^([^=]+)=(.*)$/s.exec(line) ?? [];
    if (key === '') {
      throw malformed('has a line that is not key=value');
    }
    if (Buffer.byteLength(line) > LONGEST_LINE) {
      throw malformed('has a line that is too long');
    }
    if (BREAKS.test(line)) {
      throw malformed('has a line with a control character');
    }
    if (key.endsWith('[]')) {
      const name = key.slice(0, -2);
      // An empty value begins the list again.
      lists.set(name, value === '' ? [] : [...(lists.get(name) ?? []), value]);
    } else if (values.has(key)) {
      throw malformed('names a key twice');
    } else {
      values.set(key, value);
    }
  }
  return { get: (key) => values.get(key), list: (key) => lists.get(key) ?? [] };
}

/** The lines of a message to git. Throws a `UsageError` for a value that would be more than a line. */
export function gitMessage(lines: readonly (readonly [key: string, value: string])[]): string {
  return lines
    .map(([key, value]) => {
      if (BREAKS.test(value)) {
        throw malformed('would have a line with a control character');
      }
      return `${key}=${value}\n`;
    })
    .join('');
}

function malformed(what: string): UsageError {
  return new UsageError('usage_invalid', `the message ${what}`, {
    hint: 'git writes it by itself; to try it by hand, see https://git-scm.com/docs/git-credential',
  });
}
