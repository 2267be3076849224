import type { AccountHead } from '../accounts/account.ts';
import type { Context } from '../ground/context.ts';
import { StoreError } from '../ground/errors.ts';
import { probeStore } from '../secrets/probe-store.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import { chooseStore, isAbsence } from './choose-store.ts';
import type { StoreQuestions } from './ports.ts';

const strongestFirst: readonly StoreKind[] = ['keychain', 'passphrase', 'file'];

/**
 * The store for a sign-in for which nobody has chosen one, while accounts of the same client are stored: the
 * strongest of their stores that works. `undefined` when there is none. Throws a `StoreError` for a keychain that
 * is locked or refuses access, and for a passphrase that is missing or wrong.
 */
export async function inheritedStore(
  accounts: readonly AccountHead[],
  context: Context,
): Promise<StoreKind | undefined> {
  const used = new Set(accounts.map(({ store }) => store));
  for (const kind of strongestFirst.filter((one) => used.has(one))) {
    try {
      await probeStore(kind, context);
      return kind;
    } catch (error) {
      if (!(error instanceof StoreError) || !isAbsence(error)) {
        throw error;
      }
    }
  }
  return undefined;
}

/**
 * The store for the person who has signed in, where `inherited` is the store of earlier accounts. An account stays
 * in its store. Nobody's account goes to a key file because another person's account is in one. Throws a
 * `StoreError` that names the choices, as `chooseStore` does.
 */
export async function storeOfPerson(
  inherited: StoreKind,
  before: AccountHead | undefined,
  questions: StoreQuestions,
  context: Context,
): Promise<StoreKind> {
  if (before !== undefined) {
    return before.store;
  }
  if (inherited !== 'file') {
    return inherited;
  }
  try {
    return await chooseStore(undefined, questions, context);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'store_undecided') {
      throw error;
    }
    throw new StoreError(
      error.code,
      `${error.message}; this person is new here, so nothing was stored, and the tokens of this sign-in stay valid at the provider until they end`,
      { hint: error.hint, cause: error },
    );
  }
}
