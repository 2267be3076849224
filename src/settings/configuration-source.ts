import { readFileSync } from 'node:fs';
import { ConfigurationError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { textOfBytes } from '../ground/read-bytes.ts';
import { systemErrorCode, systemReason } from '../ground/system-words.ts';

/** The text of the configuration file; `undefined` when there is none. Throws a `ConfigurationError`. */
export function readConfigurationSource(file: string): string | undefined {
  try {
    return textOfBytes(readFileSync(file));
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === 'ENOENT') {
      return undefined;
    }
    throw new ConfigurationError('config_invalid_file', `cannot read ${file} (${systemReason(code)})`, {
      hint: `make it a file that you may read: ls -ld ${shellQuoted(file)}`,
      cause,
    });
  }
}
