import { UsageError } from '../ground/errors.ts';
import type { StoredAccounts } from './account-store.ts';
import { accountWords, isNamed } from './account-words.ts';

/**
 * Where the target is no provider but the name of an account, such as `ada`: an error that gives the words for it, such as
 * `work:ada`. Any other error stays as it is.
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
    return error;
  }
  const message = `there is no provider ${JSON.stringify(target)}; did you mean ${words.join(' or ')}?`;
  return new UsageError(error.code, message, {
    hint: `name the account with its provider, as in ${words[0]}`,
    cause: error,
  });
}
