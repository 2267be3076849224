import { closeSync, fstatSync, lstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import type { MachineDirectory } from '../ground/context.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { textOfBytes } from '../ground/read-bytes.ts';
import { systemErrorCode, systemReason } from '../ground/system-words.ts';

const GROUP_OR_OTHER_WRITE = 0o022;

/**
 * The text of a file in the machine's own directory; `undefined` when there is none.
 *
 * Throws a `ConfigurationError` with the command to run when another user than its owner could have written it.
 */
export function readMachineFile(
  { directory, owner }: MachineDirectory,
  ...names: readonly string[]
): string | undefined {
  const file = join(directory, ...names);
  const around = dirname(file);
  let descriptor: number;
  try {
    refuseUnlessOwned(around, lstatSync(around), owner);
    descriptor = openSync(file, 'r');
  } catch (error) {
    if (error instanceof ConfigurationError) {
      throw error;
    }
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return undefined;
    }
    throw new ConfigurationError('config_invalid_file', `cannot read ${file} (${systemReason(code)})`, {
      hint: `let everybody read it: sudo chmod a+r ${shellQuoted(file)}`,
      cause: error,
    });
  }
  try {
    refuseUnlessOwned(file, fstatSync(descriptor), owner);
    return textOfBytes(readFileSync(descriptor));
  } finally {
    closeSync(descriptor);
  }
}

function refuseUnlessOwned(path: string, { uid, mode }: Stats, owner: number): void {
  const quoted = shellQuoted(path);
  if (uid !== owner) {
    throw new ConfigurationError('config_unsafe_file', `${path} does not belong to root`, {
      hint: `make root its owner: sudo chown ${owner} ${quoted}`,
    });
  }
  if ((mode & GROUP_OR_OTHER_WRITE) === 0) {
    return;
  }
  throw new ConfigurationError('config_unsafe_file', `users other than root may write ${path}`, {
    hint: `remove that permission: sudo chmod go-w ${quoted}`,
  });
}
