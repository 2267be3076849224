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
 * The stored accounts of a client, any of which may come back from a sign-in that is about to begin. A refresh token
 * is told of only where it can be opened with the key of that kind.
 *
 * Throws the `StoreError` of a file that cannot be read and may be one of them: found now, it costs no sign-in, and
 * what is in the file is not written over.
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

/** What keeps an account from being read that may be one of these; a file of another kind is in nobody's way. */
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
  // The key of another kind may not be there, or would be asked for although nobody needs it now.
  return head.store === kind && store.isOpenable(head);
}
