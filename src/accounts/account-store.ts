import type { Context } from '../ground/context.ts';
import { removePrivateFile, writePrivateFile } from '../secrets/private-file-writing.ts';
import { removeLitter } from '../secrets/remove-litter.ts';
import type { SealingKey } from '../secrets/sealing-key.ts';
import type { AccountHead, AccountSecrets } from './account.ts';
import { notStored } from './account-errors.ts';
import { isAccountId, openAccountFiles } from './account-files.ts';
import { openAccountLocks } from './account-locks.ts';
import type { AccountReserve } from './account-reserve.ts';
import { openAccountSecrets, revealedSecrets } from './account-secrets.ts';
import type { ClientSecrets } from './client-secrets.ts';
import { destinationsFile } from './kept-destinations.ts';
import { listStoredHeads, type UnreadableFile } from './list-stored-heads.ts';
import { keyAtHand, openKey } from './open-key.ts';
import { corruptFile, type SealedFile, sealedBytes } from './sealed-file.ts';
import { idOf, isSameBinding, plainHeadOf, type StoredHead } from './stored-head.ts';

/** Every account that can be read, and what keeps the others from being read. */
export interface StoredAccounts {
  readonly accounts: readonly AccountHead[];
  readonly problems: readonly UnreadableFile[];
}

/** The accounts of the user, one sealed file each. Every method throws `StoreError`. */
export interface AccountStore
  extends Pick<ClientSecrets, 'readClientSecret' | 'writeClientSecret' | 'readClientKey'> {
  /**
   * Lists the accounts. It needs no key, and one file that cannot be read does not hide the others. With the name
   * of a provider or an issuer, accounts of others may be left out, so that one account is found among a thousand
   * without reading all.
   */
  list(of?: string): Promise<StoredAccounts>;
  read(id: string): Promise<AccountHead | undefined>;
  /** Reads the file again and opens the sealed part; refuses one that was swapped or edited since it was written. */
  readSecrets(head: AccountHead): Promise<AccountSecrets>;
  /** Opens the sealed part as it was when `list` or `read` gave this very head; otherwise like `readSecrets`. */
  openSecrets(head: AccountHead): Promise<AccountSecrets>;
  /** Opens the key of the account early, because many processes may want it at once. */
  unlock(head: AccountHead): Promise<void>;
  /**
   * Whether the key proves that the head which `list` or `read` gave is unchanged. Only a key file is used, since
   * that asks nobody. Throws for a head that was edited. `false` where the key is not in a file, was replaced, or
   * cannot be read.
   */
  isChecked(head: AccountHead): Promise<boolean>;
  /** Whether the present key opens the sealed part. Throws for a file that was damaged since it was written. */
  isOpenable(head: AccountHead): Promise<boolean>;
  /** Inside `withLock`, refuses to write when the lock was lost meanwhile. */
  write(head: AccountHead, secrets: AccountSecrets): Promise<void>;
  /**
   * Makes room for two writes of that account and notes its head, before there is something to lose; to be called
   * inside `withLock`.
   */
  reserve(head: AccountHead, secrets: AccountSecrets): Promise<AccountReserve>;
  /** Gives `false` when there was no such account. */
  remove(id: string): Promise<boolean>;
  /**
   * Runs the work while no other process works on this account. It must not be nested for one account.
   *
   * `meanwhile` gets the account as it is, first at the start, then after every change while another process has
   * the lock. When it gives a result, that is the answer, and the work does not run. It must not change anything.
   */
  withLock<T>(
    id: string,
    work: () => Promise<T>,
    meanwhile?: (head: AccountHead | undefined) => Promise<T | undefined>,
  ): Promise<T>;
}

/** The store in the data directory; nothing is read or made before it is asked for. */
export function openAccountStore(context: Context): AccountStore {
  const files = openAccountFiles(context.paths);
  const clientSecrets = async () => (await import('./client-secrets.ts')).openClientSecrets(context);
  const locks = openAccountLocks(context);
  const filesOfHeads = new WeakMap<AccountHead, SealedFile>();
  const headOf = (stored: StoredHead | undefined) => {
    if (stored !== undefined) {
      filesOfHeads.set(stored.head, stored.file);
    }
    return stored?.head;
  };
  const openStored = async (head: AccountHead, stored: StoredHead | undefined) => {
    if (stored === undefined) {
      return undefined;
    }
    // The code that checks the id is loaded while a keychain is at work.
    const key = await openKey(stored.head.store, context, { create: false });
    if (stored.head.id !== idOf(stored.head) || !isSameBinding(head, stored.head)) {
      throw corruptFile(stored.file.path);
    }
    return { file: stored.file, key };
  };

  const secretsOf = async (head: AccountHead, found: StoredHead | undefined) => {
    const stored = await openStored(head, found);
    if (stored === undefined) {
      throw notStored(head);
    }
    return openAccountSecrets(stored.file, stored.key);
  };

  const sealedAccount = (head: AccountHead, secrets: AccountSecrets, key: SealingKey) => {
    locks.refuseLost(head.id);
    return sealedBytes('account', { head, body: revealedSecrets(secrets) }, key);
  };

  return {
    async readClientSecret(client) {
      return (await clientSecrets()).readClientSecret(client);
    },

    async readClientKey(client) {
      return (await clientSecrets()).readClientKey(client);
    },

    async writeClientSecret(client, secret, store) {
      await (await clientSecrets()).writeClientSecret(client, secret, store);
    },

    async list(of) {
      const { accounts, problems } = listStoredHeads(files, of);
      return { accounts: accounts.flatMap((stored) => headOf(stored) ?? []), problems };
    },

    async read(id) {
      return headOf(files.read(id));
    },

    async readSecrets(head) {
      return secretsOf(head, files.read(head.id));
    },

    async openSecrets(head) {
      const file = filesOfHeads.get(head);
      return secretsOf(head, file === undefined ? files.read(head.id) : { head, file });
    },

    async unlock({ store }) {
      await openKey(store, context, { create: false, isCrowded: true });
    },

    async isChecked(head) {
      const file = filesOfHeads.get(head);
      if (file === undefined || head.store !== 'file') {
        return false;
      }
      const key = await keyAtHand(context);
      if (key === undefined || key.id !== file.keyId) {
        return false;
      }
      openAccountSecrets(file, key);
      return true;
    },

    async isOpenable(head) {
      const stored = await openStored(head, files.read(head.id));
      // The person has begun again with another key. What the old key sealed is lost, not damaged.
      if (stored === undefined || stored.file.keyId !== stored.key.id) {
        return false;
      }
      openAccountSecrets(stored.file, stored.key);
      return true;
    },

    async write(head, secrets) {
      const plainHead = plainHeadOf(head);
      const key = await openKey(head.store, context, { create: true });
      const bytes = sealedAccount(plainHead, secrets, key);
      removeLitter(context);
      writePrivateFile(files.pathOf(head.id), bytes);
      await files.keepIndex();
    },

    async reserve(head, secrets) {
      const first = plainHeadOf(head);
      const key = await openKey(head.store, context, { create: false });
      const { reserveAccount } = await import('./account-reserve.ts');
      removeLitter(context);
      return reserveAccount(files.pathOf(head.id), sealedAccount(first, secrets, key), (next, nextSecrets) =>
        sealedAccount(plainHeadOf(next), nextSecrets, key),
      );
    },

    async remove(id) {
      if (!isAccountId(id)) {
        return false;
      }
      locks.refuseLost(id);
      const isRemoved = removePrivateFile(files.pathOf(id));
      removePrivateFile(destinationsFile(context.paths));
      await files.keepIndex();
      return isRemoved;
    },

    async withLock<T>(
      id: string,
      work: () => Promise<T>,
      meanwhile?: (head: AccountHead | undefined) => Promise<T | undefined>,
    ) {
      const look = files.onChange(id, async () => meanwhile?.(headOf(files.read(id))));
      return locks.withLock(id, look, work);
    },
  };
}
