import { chmodSync, copyFileSync, readFileSync, realpathSync, statSync } from 'node:fs';
import type { Context } from '../ground/context.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { textOfBytes } from '../ground/read-bytes.ts';
import { systemErrorCode, systemReason } from '../ground/system-words.ts';
import { openConfigurationLock } from '../settings/configuration-lock.ts';

/** The text of a file of another program; `undefined` when there is none. Throws a `ConfigurationError`. */
export function readForeignFile(file: string): string | undefined {
  try {
    return textOfBytes(readFileSync(file));
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') {
      return undefined;
    }
    throw new ConfigurationError('config_invalid_file', `cannot read ${file} (${systemReason(cause)})`, {
      hint: `make it a file that you may read: ls -ld ${shellQuoted(file)}`,
      cause,
    });
  }
}

/**
 * Replaces a file of another program, whole or not at all, and keeps a copy of what it was; gives the path of the copy,
 * `undefined` for a new file. Its mode stays. Throws a `ConfigurationError`, also when the file is no longer as `before`.
 */
export async function changeForeignFile(
  file: string,
  { before, after }: { readonly before: string | undefined; readonly after: string },
  context: Pick<Context, 'clock' | 'signal'>,
): Promise<string | undefined> {
  const place = before === undefined ? file : realpathSync(file);
  const lock = await openConfigurationLock(place, context);
  try {
    if (readForeignFile(place) !== before) {
      throw new ConfigurationError('config_busy', `another program has just changed ${file}`, {
        hint: 'run the command again',
      });
    }
    const copy = before === undefined ? undefined : `${place}.before-oauth-login`;
    const mode = before === undefined ? undefined : statSync(place).mode & 0o777;
    if (copy !== undefined) {
      copyFileSync(place, copy);
    }
    lock.replace(after);
    if (mode !== undefined) {
      chmodSync(place, mode);
    }
    return copy;
  } finally {
    lock.close();
  }
}
