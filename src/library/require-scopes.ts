import type { AccessSession } from '../access/access-session.ts';
import type { AccountHead } from '../accounts/account.ts';
import { providerOfAccount } from '../accounts/account-provider.ts';
import { AuthenticationRequiredError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';

/** Throws an `AuthenticationRequiredError` that names the scopes which the account was not granted. */
export async function requireScopes(
  wanted: readonly string[],
  head: AccountHead,
  { configuration }: AccessSession,
): Promise<void> {
  const granted = new Set(head.scopes);
  if (wanted.every((scope) => granted.has(scope))) {
    return;
  }
  const { scopeAliases } = providerOfAccount(head, await configuration());
  const missing = wanted.filter((scope) => {
    const alias = scopeAliases?.[scope];
    return !granted.has(scope) && (alias === undefined || !granted.has(alias));
  });
  if (missing.length === 0) {
    return;
  }
  const all = [...new Set([...head.scopes, ...missing])].join(' ');
  throw new AuthenticationRequiredError(
    'insufficient_scope',
    `the account at ${head.label} was not granted ${missing.join(' ')}`,
    { hint: `sign in again with these scopes: oauth-login ${head.target} --scope ${shellQuoted(all)}` },
  );
}
