import { lstatSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigurationError, StoreError } from '../ground/errors.ts';
import type { Secret } from '../ground/secret.ts';
import { systemReason } from '../ground/system-words.ts';
import { type ReservedFile, reserveFile } from './reserved-file.ts';

/** A file that is going to take the place of another, or to be new. */
export interface ReplacementFile {
  /** Puts the secret and a line break there, whole or not at all. Throws a `StoreError`. */
  replace(secret: Secret): void;
  /** Removes what `replace` has not put into place. */
  close(): void;
}

/** The longest refresh token that is accepted, and a line break, in bytes. */
const ROOM = 64 * 1024 + 1;

/**
 * Makes sure that a secret can be written to a file of the user's choice, before there is one to lose: a sibling
 * with room for it is made at once, readable by its owner only (0600), and put into place when the secret is known.
 *
 * The directory may be one that others can read. Throws a `ConfigurationError` when the file cannot be written.
 */
export function openReplacementFile(path: string, flag: string): ReplacementFile {
  const file = resolve(path);
  const reserved = openReserved(file, flag);
  return {
    replace(secret) {
      try {
        reserved.replace(`${secret.reveal()}\n`);
      } catch (cause) {
        throw new StoreError('store_write_failed', `cannot write ${file} (${systemReason(cause)})`, {
          hint: 'the new refresh token is lost, and the old one may no longer work: sign in again to get another one',
          cause,
        });
      }
    },
    close: () => reserved.close(),
  };
}

function openReserved(file: string, flag: string): ReservedFile {
  try {
    const present = lstatSync(file, { throwIfNoEntry: false });
    // A rename would put a file in place of the link, the pipe or the device that was meant.
    if (present?.isFile() === false) {
      throw unwritable(file, flag, 'it is not a regular file');
    }
    return reserveFile(file, ROOM);
  } catch (cause) {
    if (cause instanceof ConfigurationError) {
      throw cause;
    }
    throw unwritable(file, flag, systemReason(cause), cause);
  }
}

function unwritable(file: string, flag: string, reason: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError('config_write_failed', `cannot write ${file} (${reason})`, {
    hint: `nothing was sent; name a file in a directory that you may write to: ${flag} FILE`,
    cause,
  });
}
