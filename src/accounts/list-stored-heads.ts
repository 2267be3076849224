import { join } from 'node:path';
import { defined } from '../ground/defined.ts';
import { OAuthLoginError } from '../ground/errors.ts';
import { readFileOfOwner } from '../secrets/private-file-reading.ts';
import { foreignFile } from './account-errors.ts';
import { type AccountFiles, accountIdOf } from './account-files.ts';
import type { ClientReference } from './client-secrets.ts';
import { claimedClient, readStoredHead, type StoredHead } from './stored-head.ts';

/** A file among the accounts that cannot be read. */
export interface UnreadableFile {
  readonly file: string;
  readonly error: OAuthLoginError;
  /** The client that it says it is of, for what that is worth; absent when it does not say. */
  readonly claims?: ClientReference;
}

/** Reads the account files, without a key; one that cannot be read hides no other. `of` is that of `names`. */
export function listStoredHeads(
  files: AccountFiles,
  of: string | undefined,
): { readonly accounts: readonly StoredHead[]; readonly problems: readonly UnreadableFile[] } {
  const accounts: StoredHead[] = [];
  const problems: UnreadableFile[] = [];
  for (const name of files.names(of)) {
    const file = join(files.directory, name);
    try {
      const id = accountIdOf(name);
      if (id === undefined) {
        throw foreignFile(file);
      }
      const stored = readStoredHead(file, id, readFileOfOwner);
      if (stored !== undefined) {
        accounts.push(stored);
      }
    } catch (error) {
      if (!(error instanceof OAuthLoginError)) {
        throw error;
      }
      problems.push({ file, error, ...defined({ claims: claimedClient(file) }) });
    }
  }
  return { accounts, problems };
}
