import type { AccountStore } from '../accounts/account-store.ts';
import { unreadableAccount } from '../accounts/accounts-of-client.ts';
import { isSameButLastSlash } from '../providers/issuer-spelling.ts';
import type { LoginSettings } from '../settings/login-settings.ts';

/**
 * The client identifier that is known already: the one given, the one last signed in with, or the one to use where any
 * is accepted.
 *
 * Throws the `StoreError` of an account that cannot be read and may be the one.
 */
export async function clientOfBefore(
  { clientId, provider }: LoginSettings,
  store: AccountStore,
): Promise<string | undefined> {
  if (clientId !== undefined) {
    return clientId;
  }
  const { accounts, problems } = await store.list();
  const before = accounts.find(
    ({ provider: name, issuer }) => name === provider.name && isSameButLastSlash(issuer, provider.issuer),
  );
  if (before !== undefined) {
    return before.clientId;
  }
  const unreadable = unreadableAccount(provider, problems);
  if (unreadable !== undefined) {
    throw unreadable;
  }
  return provider.selfRegistration?.kind === 'any' ? provider.selfRegistration.client_id : undefined;
}
