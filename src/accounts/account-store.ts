import { join } from 'node:path';
import type { Context } from '../context.ts';
import { AuthenticationRequiredError, OAuthLoginError, StoreError } from '../errors.ts';
import { openSealingKey } from '../secrets/open-sealing-key.ts';
import { parsePlainJson } from '../secrets/plain-json.ts';
import { listPrivateDirectory, removeStaleTemporaries } from '../secrets/private-directory.ts';
import { removePrivateFile } from '../secrets/private-file-writing.ts';
import type { AccountHead, AccountSecrets } from './account.ts';
import { readAccountHead } from './account-head.ts';
import { accountId } from './account-id.ts';
import { openAccountSecrets, revealedSecrets } from './account-secrets.ts';
import { claimedClient } from './claimed-client.ts';
import { type ClientReference, type ClientSecrets, openClientSecrets } from './client-secrets.ts';
import { type Lock, lockPath, openLock } from './lock.ts';
import { corruptFile, readSealedFile, type SealedFile, writeSealedFile } from './sealed-file.ts';

export { accountId } from './account-id.ts';

const ACCOUNT_FILE = /^([0-9a-f]{32})\.account$/;
const ACCOUNT_ID = /^[0-9a-f]{32}$/;

/** Every account that can be read, and what keeps the others from being read. */
export interface StoredAccounts {
  readonly accounts: readonly AccountHead[];
  readonly problems: readonly UnreadableFile[];
}

/** A file among the accounts that cannot be read. */
export interface UnreadableFile {
  readonly file: string;
  readonly error: OAuthLoginError;
  /** The client that it says it is of, for what that is worth; absent when it does not say. */
  readonly claims?: ClientReference;
}

/** The accounts of the user, one sealed file each. Every method throws `StoreError`. */
export interface AccountStore extends ClientSecrets {
  /** Needs no key; a file that cannot be read hides no other. */
  list(): Promise<StoredAccounts>;
  read(id: string): Promise<AccountHead | undefined>;
  /** Opens the sealed part, and refuses a file that was swapped or edited since it was written. */
  readSecrets(head: AccountHead): Promise<AccountSecrets>;
  /** Whether the sealed part is of the key that is there now; refuses a file that was damaged since it was written. */
  isOpenable(head: AccountHead): Promise<boolean>;
  /** Inside `withLock`, refuses to write when the lock was lost meanwhile. */
  write(head: AccountHead, secrets: AccountSecrets): Promise<void>;
  /** Gives `false` when there was no such account. */
  remove(id: string): Promise<boolean>;
  /** Runs the work while no other process does the same for this account; not to be nested for one account. */
  withLock<T>(id: string, work: () => Promise<T>): Promise<T>;
}

/** The store in the data directory; nothing is read or made before it is asked for. */
export function openAccountStore(context: Context): AccountStore {
  const directory = join(context.paths.dataDir, 'accounts');
  const locks = new Map<string, Lock>();
  const fileOf = (id: string) => join(directory, `${id}.account`);
  const openStored = async (head: AccountHead) => {
    const stored = ACCOUNT_ID.test(head.id) ? readHead(fileOf(head.id), head.id) : undefined;
    if (stored === undefined) return undefined;
    // What has to be loaded to check the id is loaded while a keychain is at work.
    const key = await openSealingKey(stored.head.store, context, { create: false });
    if (stored.head.id !== idOf(stored.head) || !isSameBinding(head, stored.head))
      throw corruptFile(stored.file.path);
    return { file: stored.file, key };
  };

  return {
    ...openClientSecrets(context),

    async list() {
      const accounts: AccountHead[] = [];
      const problems: UnreadableFile[] = [];
      for (const name of listPrivateDirectory(directory)) {
        const file = join(directory, name);
        try {
          const id = ACCOUNT_FILE.exec(name)?.[1];
          if (id === undefined) throw foreignFile(file);
          const head = readHead(file, id)?.head;
          if (head !== undefined) accounts.push(head);
        } catch (error) {
          if (!(error instanceof OAuthLoginError)) throw error;
          const claims = claimedClient(file);
          problems.push({ file, error, ...(claims !== undefined && { claims }) });
        }
      }
      return { accounts, problems };
    },

    async read(id) {
      return ACCOUNT_ID.test(id) ? readHead(fileOf(id), id)?.head : undefined;
    },

    async readSecrets(head) {
      const stored = await openStored(head);
      if (stored === undefined) throw notStored(head);
      return openAccountSecrets(stored.file, stored.key);
    },

    async isOpenable(head) {
      const stored = await openStored(head);
      // The person started afresh with another key: what the old one sealed is lost, and not damaged.
      if (stored === undefined || stored.file.keyId !== stored.key.id) return false;
      openAccountSecrets(stored.file, stored.key);
      return true;
    },

    async write(head, secrets) {
      const plainHead = readAccountHead(parsePlainJson(JSON.stringify(head)));
      if (plainHead === undefined || plainHead.id !== idOf(plainHead)) {
        throw new TypeError('the head of an account is malformed');
      }
      const key = await openSealingKey(head.store, context, { create: true });
      if (locks.get(head.id)?.isHeld() === false) throw lostLock();
      removeStaleTemporaries(directory, context.clock.now());
      const content = { head: plainHead, body: revealedSecrets(secrets) };
      writeSealedFile(fileOf(head.id), 'account', content, key);
    },

    async remove(id) {
      if (!ACCOUNT_ID.test(id)) return false;
      if (locks.get(id)?.isHeld() === false) throw lostLock();
      return removePrivateFile(fileOf(id));
    },

    async withLock(id, work) {
      const lock = await openLock(lockPath(context.paths, id), context);
      locks.set(id, lock);
      try {
        return await work();
      } finally {
        locks.delete(id);
        lock.release();
      }
    },
  };
}

function idOf(head: AccountHead): string {
  return accountId(head.provider, head.issuer, head.clientId, head.profile.sub);
}

function readHead(path: string, id: string): { file: SealedFile; head: AccountHead } | undefined {
  const file = readSealedFile(path, 'account');
  if (file === undefined) return undefined;
  const head = readAccountHead(file.head);
  if (head === undefined || head.id !== id || head.store !== file.store) {
    throw corruptFile(path);
  }
  return { file, head };
}

/**
 * Whether the head in hand, which nobody vouched for when it was read, sends the secrets to the same places as
 * the one that is bound to them. What a refresh changes may differ.
 */
function isSameBinding(given: AccountHead, stored: AccountHead): boolean {
  const binding = (head: AccountHead) =>
    JSON.stringify([
      [head.provider, head.issuer, head.clientId, head.clientAuthentication, head.redirectUri],
      [head.allowHttpLoopback, head.caFile, head.host, head.tenant],
      Object.entries(head.endpoints).sort(([one], [other]) => (one < other ? -1 : 1)),
    ]);
  return binding(given) === binding(stored);
}

function foreignFile(file: string): StoreError {
  return new StoreError('store_corrupt', `the file ${file} does not belong among the accounts`, {
    hint: 'move it somewhere else',
  });
}

function notStored(head: AccountHead): AuthenticationRequiredError {
  return new AuthenticationRequiredError(
    'login_required',
    `the account at ${head.label} is no longer stored`,
    {
      hint: `sign in again with: oauth-login ${head.target}`,
    },
  );
}

function lostLock(): StoreError {
  return new StoreError('store_busy', 'another process took over this account while this one was paused', {
    hint: 'run the command again',
  });
}
