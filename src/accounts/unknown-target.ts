import { UsageError } from '../ground/errors.ts';
import { safeText } from '../ground/safe-text.ts';
import { UnknownProviderError } from '../settings/unknown-provider.ts';
import type { StoredAccounts } from './account-store.ts';
import { accountWords, isNamed } from './account-words.ts';

/** Accounts that an error lists at most. */
const MOST_LISTED = 8;
/** What may be the address of a server, of which the error of the provider says more. */
const ADDRESS = /[.:/]/;

/**
 * Where the target is no provider: an error that gives the words for the account of that name, such as `work:ada`, or that
 * lists the accounts that are signed in. Any other error stays as it is, and so does one that names a provider that may be
 * meant.
 */
export async function orNameOfAccount(
  error: unknown,
  target: string | undefined,
  list: () => Promise<StoredAccounts>,
): Promise<unknown> {
  if (target === undefined || !(error instanceof UsageError) || error.code !== 'usage_unknown_provider') {
    return error;
  }
  const { accounts } = await list();
  const words = accounts.filter(isNamed(target)).map((head) => accountWords(head, accounts));
  if (words.length === 0) {
    const isForeign = isWithoutGuess(error) && !ADDRESS.test(target);
    return isForeign && accounts.length > 0 ? noSuchAccount(error, target, accounts) : error;
  }
  const message = `there is no provider ${JSON.stringify(target)}; did you mean ${words.join(' or ')}?`;
  return new UsageError(error.code, message, {
    hint: `name the account with its provider, as in ${words[0]}`,
    cause: error,
  });
}

function isWithoutGuess(error: UsageError): boolean {
  return error instanceof UnknownProviderError && error.nearest.length === 0;
}

function noSuchAccount(error: UsageError, target: string, accounts: StoredAccounts['accounts']): UsageError {
  const words = accounts.map((head) => safeText(accountWords(head, accounts)));
  const listed = words.slice(0, MOST_LISTED).join(', ');
  const others = words.length > MOST_LISTED ? ', and others (oauth-login status lists them)' : '';
  const message = `there is no provider or account ${JSON.stringify(target)}`;
  return new UsageError('usage_unknown_provider', message, {
    hint: `these accounts are signed in: ${listed}${others}`,
    cause: error,
  });
}
