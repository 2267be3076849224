import { listKeptKeys } from '../accounts/kept-clients.ts';
import { variableText } from '../ground/environment.ts';
import { isStoreKind, type StoreKind } from '../secrets/store-kind.ts';
import type { Examined } from './check.ts';

/** The stores that hold something, and the one that the next sign-in uses where that is decided. */
export interface KeptStores {
  readonly used: ReadonlySet<StoreKind>;
  readonly chosen: StoreKind | undefined;
}

/** Gives the stores by the keys and the accounts that are kept, and by environment and configuration. */
export async function keptStores({ session }: Examined): Promise<KeptStores> {
  const { context, store } = session;
  const { accounts } = await store.list();
  const configured = await session.configuration().then(
    (configuration) => configuration.store,
    () => undefined,
  );
  const chosen = variableText(context.env, 'OAUTH_LOGIN_STORE') || configured;
  return {
    used: new Set([...listKeptKeys(context), ...accounts.map((head) => head.store)]),
    chosen: isStoreKind(chosen) ? chosen : undefined,
  };
}
