import { lstatSync, readFileSync, unlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigurationError, StoreError } from '../ground/errors.ts';
import type { Secret } from '../ground/secret.ts';
import { systemErrorCode, systemReason } from '../ground/system-words.ts';
import { replaceFile } from './private-file-writing.ts';

/** A file of the user's choice that holds a token, and nothing else: no line break either, as some readers want it. */
export interface TokenFile {
  /** The absolute path. */
  readonly path: string;
  /** Writes the token there (0600), whole or not at all, unless it is there. Throws a `StoreError`. */
  hold(token: Secret): void;
  /** Removes the file, if it still holds what was written last. */
  remove(): void;
}

/** One word, as a token is; what an earlier run left behind looks like that too. */
const ONE_WORD = /^[\x21-\x7e]*\n?$/;

/**
 * Opens the place of a token file; nothing is written yet.
 *
 * Throws a `ConfigurationError` where something is that must not be lost: a file of more than one word, a link, a
 * directory. It is also thrown where the file cannot be looked at.
 */
export function openTokenFile(path: string, flag: string): TokenFile {
  const file = resolve(path);
  requireReplaceable(file, flag);
  let written: string | undefined;
  return {
    path: file,
    hold(token) {
      const text = token.reveal();
      if (written === text && contentOf(file) === text) {
        return;
      }
      try {
        replaceFile(file, text);
        written = text;
      } catch (cause) {
        throw new StoreError('store_write_failed', `cannot write ${file} (${systemReason(cause)})`, {
          hint: `name a file in a directory that you may write to: ${flag}`,
          cause,
        });
      }
    },
    remove() {
      if (written !== undefined && contentOf(file) === written) {
        unlinkSync(file);
      }
    },
  };
}

function requireReplaceable(file: string, flag: string): void {
  const refused = (reason: string, cause?: unknown) =>
    new ConfigurationError('config_write_failed', `${file} is not replaced by a token (${reason})`, {
      hint: `name a file that is not there yet: ${flag}`,
      cause,
    });
  try {
    const present = lstatSync(file, { throwIfNoEntry: false });
    if (present?.isFile() === false) {
      throw refused('it is not a regular file');
    }
    if (present !== undefined && !ONE_WORD.test(readFileSync(file, 'latin1'))) {
      throw refused('it holds something else');
    }
  } catch (cause) {
    throw cause instanceof ConfigurationError ? cause : refused(systemReason(cause), cause);
  }
}

/** Gives `undefined` where no file can be read. */
function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    if (systemErrorCode(error) === undefined) {
      throw error;
    }
    return undefined;
  }
}
