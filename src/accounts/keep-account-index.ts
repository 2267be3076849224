import { OAuthLoginError } from '../ground/errors.ts';
import { removePrivateFile, writePrivateFile } from '../secrets/private-file-writing.ts';
import { type IndexEntry, readAccountIndex, SMALLEST_INDEXED } from './account-index.ts';

/**
 * Brings the index up to date; `entryOf` reads an account that the index does not know yet. An index that is right
 * is not written again, and there is none where the accounts are few. Throws `StoreError`.
 */
export function keepAccountIndex(
  file: string,
  ids: readonly string[],
  entryOf: (id: string) => IndexEntry,
): void {
  if (ids.length < SMALLEST_INDEXED) {
    removePrivateFile(file);
    return;
  }
  const before = readAccountIndex(file);
  const isRight = before?.size === ids.length && ids.every((id) => (before.get(id) ?? null) !== null);
  if (isRight) {
    return;
  }
  const accounts = Object.fromEntries(ids.map((id) => [id, before?.get(id) ?? readableEntry(id, entryOf)]));
  writePrivateFile(file, Buffer.from(`${JSON.stringify({ accounts })}\n`));
}

function readableEntry(id: string, entryOf: (id: string) => IndexEntry): IndexEntry {
  try {
    return entryOf(id);
  } catch (error) {
    if (error instanceof OAuthLoginError) {
      return null;
    }
    throw error;
  }
}
