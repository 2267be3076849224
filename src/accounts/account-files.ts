import { join } from 'node:path';
import type { Paths } from '../ground/context.ts';
import { OAuthLoginError } from '../ground/errors.ts';
import { fileMark } from '../secrets/file-mark.ts';
import { listPrivateDirectory } from '../secrets/private-directory.ts';
import { indexedAccounts, readAccountIndex, SMALLEST_INDEXED } from './account-index.ts';
import { readStoredHead, type StoredHead } from './stored-head.ts';

const ACCOUNT_FILE = /^([0-9a-f]{32})\.account$/;
const ACCOUNT_ID = /^[0-9a-f]{32}$/;

/** The files of the accounts in the data directory, by the identifiers of the accounts. */
export interface AccountFiles {
  readonly directory: string;
  /** Where the account's file is, or would be. */
  pathOf(id: string): string;
  /** The names in the directory. With the name of a provider or an issuer, files of others may be left out. */
  names(of?: string): readonly string[];
  /** Reads the file of that account; `undefined` when there is none. Throws a `StoreError`. */
  read(id: string): StoredHead | undefined;
  /** Writes the index anew. Nothing depends on it but speed: a change that was kept stays kept without it. */
  keepIndex(): Promise<void>;
  /** Runs `look` at first and after each change of the account's file, which costs next to nothing while there is none. */
  onChange<T>(id: string, look: () => Promise<T | undefined>): () => Promise<T | undefined>;
}

/** The identifier in the name of an account file; `undefined` for any other name. */
export function accountIdOf(name: string): string | undefined {
  return ACCOUNT_FILE.exec(name)?.[1];
}

/** Whether the text has the form of an account's identifier, and so cannot lead out of the directory. */
export function isAccountId(text: string): boolean {
  return ACCOUNT_ID.test(text);
}

/** The account files in the data directory; nothing is read or made before it is asked for. */
export function openAccountFiles(paths: Paths): AccountFiles {
  const directory = join(paths.dataDir, 'accounts');
  const indexFile = join(paths.dataDir, 'index', 'accounts.json');
  const pathOf = (id: string) => join(directory, `${id}.account`);
  const read = (id: string) => (isAccountId(id) ? readStoredHead(pathOf(id), id) : undefined);
  return {
    directory,
    pathOf,
    read,

    names(of) {
      const names = listPrivateDirectory(directory);
      if (of === undefined || names.length < SMALLEST_INDEXED) {
        return names;
      }
      const index = readAccountIndex(indexFile);
      const found = index === undefined ? undefined : indexedAccounts(index, accountIds(names), of);
      return found?.map((id) => `${id}.account`) ?? names;
    },

    async keepIndex() {
      try {
        const { keepAccountIndex } = await import('./keep-account-index.ts');
        keepAccountIndex(indexFile, accountIds(listPrivateDirectory(directory)), (id) => {
          const head = read(id)?.head;
          return head === undefined ? null : [head.provider, head.resource ?? head.issuer];
        });
      } catch (error) {
        if (!(error instanceof OAuthLoginError)) {
          throw error;
        }
      }
    },

    onChange(id, look) {
      let seen: string | undefined;
      return async () => {
        const mark = fileMark(pathOf(id)) ?? 'none';
        if (mark === seen) {
          return undefined;
        }
        seen = mark;
        return look();
      };
    },
  };
}

function accountIds(names: readonly string[]): string[] {
  return names.flatMap((name) => accountIdOf(name) ?? []);
}
