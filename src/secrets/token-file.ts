import { lstatSync, readFileSync, unlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Paths } from '../ground/context.ts';
import { ConfigurationError, StoreError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import type { Secret } from '../ground/secret.ts';
import { systemErrorCode, systemReason } from '../ground/system-words.ts';
import { replaceFile } from './private-file-writing.ts';
import { type WrittenToken, writtenToken } from './written-token.ts';

/** A file of the user's choice that holds a token, and nothing else: no line break either, as some readers want it. */
export interface TokenFile {
  /** The absolute path. */
  readonly path: string;
  /** Writes the token there (0600), whole or not at all, unless it is there. Throws a `StoreError`. */
  hold(token: Secret): void;
  /** Removes the file, if it still holds what was written last. */
  remove(): void;
}

/**
 * Opens the place of a token file; nothing is written yet.
 *
 * Throws a `ConfigurationError` where something is that must not be lost: a file that this tool has not written, a link, a
 * directory. It is also thrown where the file cannot be looked at. `hold` throws it too, for what came there since.
 */
export function openTokenFile(path: string, flag: string, paths: Pick<Paths, 'dataDir'>): TokenFile {
  const file = resolve(path);
  const own = writtenToken(file, paths);
  requireReplaceable(file, flag, own);
  let written: string | undefined;
  return {
    path: file,
    hold(token) {
      const text = token.reveal();
      if (written === text && contentOf(file) === text) {
        return;
      }
      if (written === undefined) {
        requireReplaceable(file, flag, own);
      }
      try {
        own.note(text);
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
      if (written === undefined) {
        return;
      }
      const content = contentOf(file);
      if (content === written) {
        unlinkSync(file);
      }
      // Another process may keep the same file.
      if (content === undefined || content === written || !own.isOwn(content)) {
        own.forget();
      }
    },
  };
}

function requireReplaceable(file: string, flag: string, own: WrittenToken): void {
  const refused = (reason: string, hint: string, cause?: unknown) =>
    new ConfigurationError('config_write_failed', `the token is not written to ${file} (${reason})`, {
      hint,
      cause,
    });
  const another = `name a file that is not there yet: ${flag}`;
  try {
    const present = lstatSync(file, { throwIfNoEntry: false });
    if (present?.isFile() === false) {
      throw refused('it is not a regular file', another);
    }
    if (present !== undefined && !own.isOwn(readFileSync(file, 'latin1'))) {
      throw refused(
        'this tool did not write what it holds',
        `${another}; or, if nobody needs it, remove it: rm ${shellQuoted(file)}`,
      );
    }
  } catch (cause) {
    throw cause instanceof ConfigurationError ? cause : refused(systemReason(cause), another, cause);
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
