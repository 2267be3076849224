import type { OAuthLoginError } from '../ground/errors.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import type { AccountHead } from './account.ts';
import type { AccountStore, StoredAccounts } from './account-store.ts';

/** Whose accounts are meant; without a client identifier, those of any client there. */
interface ClientOfAccounts {
  readonly issuer: string;
  readonly clientId?: string;
}

/**
 * The stored accounts of a client. Each of them may be the one that the coming sign-in is for. A refresh token
 * counts only where the key of that kind can open it.
 *
 * Throws the `StoreError` of a file that cannot be read and may be one of them. So the fault is found before the
 * sign-in, and the file is not written over.
 */
export async function accountsOfClient(
  client: Required<ClientOfAccounts>,
  kind: StoreKind | 'none',
  store: AccountStore,
): Promise<readonly AccountHead[]> {
  const { accounts, problems } = await store.list();
  const own = accounts.filter(
    ({ issuer, clientId }) => issuer === client.issuer && clientId === client.clientId,
  );
  if (kind === 'none') {
    return own;
  }
  const unreadable = unreadableAccount(client, problems);
  if (unreadable !== undefined) {
    throw unreadable;
  }
  const openable = await Promise.all(own.map((head) => canOpen(head, kind, store)));
  return own.map((head, index) => ({
    ...head,
    hasRefreshToken: head.hasRefreshToken && openable[index] === true,
  }));
}

/** The error of an account that may be one of these and cannot be read. Files of another kind do not matter. */
export function unreadableAccount(
  client: ClientOfAccounts,
  problems: StoredAccounts['problems'],
): OAuthLoginError | undefined {
  return problems.find(
    ({ file, claims }) =>
      file.endsWith('.account') &&
      (claims === undefined ||
        (claims.issuer === client.issuer &&
          (client.clientId === undefined || claims.clientId === client.clientId))),
  )?.error;
}

async function canOpen(head: AccountHead, kind: StoreKind, store: AccountStore): Promise<boolean> {
  // The key of another kind may be missing, or a person would be asked for it without need.
  return head.store === kind && store.isOpenable(head);
}
