import type { AccountHead } from '../accounts/account.ts';
import type { Context } from '../ground/context.ts';
import { StoreError } from '../ground/errors.ts';
import { probeStore } from '../secrets/probe-store.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import { chooseStore, isAbsence } from './choose-store.ts';
import type { StoreQuestions } from './ports.ts';

const strongestFirst: readonly StoreKind[] = ['keychain', 'passphrase', 'file'];

/**
 * Where a sign-in goes for which nobody has chosen a store, while accounts of the same client are stored: to the
 * strongest store of them that is there. `undefined` when there is none.
 *
 * Throws a `StoreError` for a keychain that is locked or denies, and for a passphrase that is missing or wrong.
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
 * The store of the person who has signed in, where `inherited` is the one of the accounts before: an account stays
 * where it is, and nobody's goes to a key file because somebody else's is there.
 *
 * Throws a `StoreError` that names the choices, as `chooseStore` does.
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
  return inherited === 'file' ? chooseStore(undefined, questions, context) : inherited;
}
