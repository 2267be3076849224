import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  openSync,
  realpathSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Context } from '../ground/context.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { MOST_OF_FOREIGN_FILE, readRegularFile } from '../ground/regular-file.ts';
import { systemErrorCode, systemReason } from '../ground/system-words.ts';
import { openConfigurationLock } from '../settings/configuration-lock.ts';

/** A file of another program, as it is. */
export interface ForeignFile {
  readonly isThere: boolean;
  /** Empty when there is no file; `undefined` for bytes that are not UTF-8, which could not be written again as they are. */
  readonly text: string | undefined;
}

/**
 * Reads a file of another program. Throws a `ConfigurationError`, also for a device, a FIFO or a directory, none of which a
 * rename may replace, and for a file of more than 32 MiB.
 */
export function readForeignFile(file: string): ForeignFile {
  const bytes = readBytes(file);
  if (bytes === 'irregular') {
    throw new ConfigurationError('config_invalid_file', `${file} is not a regular file`, {
      hint: `name a regular file, or look at what it is: ls -ld ${shellQuoted(file)}`,
    });
  }
  if (bytes === 'too-large') {
    throw new ConfigurationError('config_invalid_file', `${file} is larger than 32 MiB`, {
      hint: `look at it, and make it smaller: ls -l ${shellQuoted(file)}`,
    });
  }
  return bytes === undefined ? { isThere: false, text: '' } : { isThere: true, text: exactText(bytes) };
}

function readBytes(file: string) {
  try {
    return readRegularFile(file, MOST_OF_FOREIGN_FILE);
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

/** With its byte order mark, if it has one. */
function exactText(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The copy of a file as it was before a change. */
export interface ForeignCopy {
  readonly path: string;
  /** It was there already, from an earlier change, and was left as it is. */
  readonly isOlder: boolean;
}

/**
 * Replaces a file of another program, whole or not at all, and keeps a copy of what it was, unless there is one already;
 * gives the copy, `undefined` for a new file. Its mode and its owner stay, and a link to it stays a link. Without `after`
 * the file goes.
 *
 * Throws a `ConfigurationError`, also when the file is no longer as `before`, and for a link that leads nowhere.
 */
export async function changeForeignFile(
  file: string,
  { before, after }: { readonly before: ForeignFile; readonly after: string | undefined },
  context: Pick<Context, 'clock' | 'signal'>,
): Promise<ForeignCopy | undefined> {
  const place = placeOf(file);
  const directory = shellQuoted(dirname(place));
  const hint = `check that you may write to its directory and the disk has room: ls -ld ${directory}; df -h ${directory}`;
  const lock = await openConfigurationLock(place, context, hint);
  try {
    const now = readForeignFile(place);
    if (now.isThere !== before.isThere || now.text !== before.text) {
      throw new ConfigurationError('config_busy', `another program has just changed ${file}`, {
        hint: 'run the command again',
      });
    }
    if (after === undefined) {
      rmSync(place, { force: true });
      return undefined;
    }
    const copy = before.isThere ? keepCopy(place) : undefined;
    const stats = before.isThere ? statSync(place) : undefined;
    lock.replace(after);
    if (stats !== undefined) {
      keepOwnerAndMode(place, stats);
    }
    return copy;
  } finally {
    lock.close();
  }
}

/** What a file was before the first change, as far as it is known: an empty text when no copy of it was kept. */
export function originalOf(file: string): string {
  const copy = readForeignFile(copyOf(placeOf(file)));
  return copy.text ?? '';
}

/** Whether the file was not there before the first change: then it has no copy. */
export function isMadeHere(file: string): boolean {
  return !readForeignFile(copyOf(placeOf(file))).isThere;
}

const copyOf = (place: string) => `${place}.before-oauth-login`;

/** Where the file itself is. Throws a `ConfigurationError` for a link that leads nowhere. */
function placeOf(file: string): string {
  try {
    return realpathSync(file);
  } catch (cause) {
    if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() !== true) {
      return file;
    }
    throw new ConfigurationError('config_invalid_file', `${file} is a link that leads nowhere`, {
      hint: `mend the link, or remove it: ls -l ${shellQuoted(file)}`,
      cause,
    });
  }
}

// Windows does not have it.
const O_NOFOLLOW = constants.O_NOFOLLOW ?? 0;

/** Root may change the file of somebody else, who must not lead this to another file. */
function keepOwnerAndMode(place: string, before: Stats): void {
  const descriptor = openSync(place, constants.O_RDONLY | O_NOFOLLOW);
  try {
    const { uid, gid, nlink } = fstatSync(descriptor);
    if ((uid !== before.uid || gid !== before.gid) && nlink === 1) {
      giveTo(descriptor, before);
    }
    fchmodSync(descriptor, before.mode & 0o777);
  } finally {
    closeSync(descriptor);
  }
}

function giveTo(descriptor: number, { uid, gid }: Stats): void {
  try {
    fchownSync(descriptor, uid, gid);
  } catch {
    // Nobody but root may give a file away. The file is that of the person who runs the command.
  }
}

/** The first copy is the one without any change of this tool, so a second never replaces it; and no link is followed. */
function keepCopy(file: string): ForeignCopy {
  const path = copyOf(file);
  try {
    copyFileSync(file, path, constants.COPYFILE_EXCL);
    return { path, isOlder: false };
  } catch (cause) {
    if (systemErrorCode(cause) === 'EEXIST') {
      return { path, isOlder: true };
    }
    throw new ConfigurationError('config_write_failed', `cannot copy ${file} (${systemReason(cause)})`, {
      hint: `check that you may write here and the disk has room: ls -ld ${shellQuoted(path)}`,
      cause,
    });
  }
}
