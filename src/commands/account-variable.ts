import type { AccessSession } from '../access/access-session.ts';
import type { TokenSource } from '../access/token-source.ts';
import { accountWords } from '../accounts/account-words.ts';
import type { Environment } from '../ground/context.ts';
import { variableText } from '../ground/environment.ts';
import { ACCOUNT_VARIABLE } from '../settings/rules-that-hold.ts';

/**
 * `OAUTH_LOGIN_ACCOUNT` for a command that gets the token of a stored account, so that an `oauth-login` in it means the
 * same one. Nothing where the user has set the variable, and for a token of no account.
 *
 * Throws a `StoreError` where the accounts cannot be listed.
 */
export async function accountVariable(
  source: TokenSource,
  { context, store }: AccessSession,
): Promise<Environment> {
  if (source.kind !== 'account' || variableText(context.env, ACCOUNT_VARIABLE) !== undefined) {
    return {};
  }
  const { accounts } = await store.list(source.head.provider);
  return { [ACCOUNT_VARIABLE]: accountWords(source.head, accounts) };
}
