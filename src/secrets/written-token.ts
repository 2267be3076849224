import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Paths } from '../ground/context.ts';
import { StoreError } from '../ground/errors.ts';
import { parsePlainJson, plainObject } from '../ground/plain-json.ts';
import { readPrivateFile } from './private-file-reading.ts';
import { removePrivateFile, writePrivateFile } from './private-file-writing.ts';

/** What this tool last wrote to a file of the user's choice: only that is taken for its own. */
export interface WrittenToken {
  /** Whether this tool has written that text there. */
  isOwn(text: string): boolean;
  /** Notes what is going to be written there. */
  note(text: string): void;
  forget(): void;
}

/**
 * Opens the record of a token file, by its absolute path. The record is in the data directory, and holds digests and no
 * token. A record that cannot be read or written makes no error: the file then counts as the user's.
 */
export function writtenToken(file: string, { dataDir }: Pick<Paths, 'dataDir'>): WrittenToken {
  const record = join(dataDir, 'token-files', `${digestOf(file).slice(0, 32)}.json`);
  const digests = (): readonly unknown[] => {
    const text = unlessStoreFails(() => readPrivateFile(record))?.toString();
    const found = text === undefined ? undefined : plainObject(parsePlainJson(text));
    return found?.path === file && Array.isArray(found.sha256) ? found.sha256 : [];
  };
  return {
    isOwn: (text) => digests().includes(digestOf(text)),
    note(text) {
      // Until the file is written, it holds the token of before.
      const sha256 = [digestOf(text), ...digests().slice(0, 1)];
      unlessStoreFails(() => writePrivateFile(record, JSON.stringify({ path: file, sha256 })));
    },
    forget() {
      unlessStoreFails(() => removePrivateFile(record));
    },
  };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function unlessStoreFails<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof StoreError) {
      return undefined;
    }
    throw error;
  }
}
