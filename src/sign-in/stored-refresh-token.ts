import { refreshAccount } from '../access/refresh-account.ts';
import type { AccountSecrets } from '../accounts/account.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import type { Session } from '../accounts/session.ts';
import type { Context } from '../ground/context.ts';
import { AbortedError, AuthenticationRequiredError, OAuthLoginError } from '../ground/errors.ts';
import type { Secret } from '../ground/secret.ts';
import { readIdTokenPayload } from '../protocol/id-token.ts';

/**
 * Spends the stored refresh token once, and tells whether the stored ID Token belongs to it and has to be kept. An
 * ID Token that is expired right after a refresh is never renewed. `undefined` when there is no refresh token, or
 * the server refuses it. When the server does not answer, the refresh token counts as good.
 */
export async function tryRefreshToken(
  id: string,
  session: Session,
): Promise<{ readonly goesWithIdToken: boolean } | undefined> {
  const { context, store } = session;
  const head = await store.read(id);
  const before = await secretsWithRefreshToken(id, store);
  if (head === undefined || before === undefined) {
    return undefined;
  }
  try {
    const freshness = { minValiditySeconds: 0, force: true };
    const { secrets } = await refreshAccount(head, freshness, { ...session, ...silentAccess });
    return { goesWithIdToken: isCurrent(secrets.idToken, context) };
  } catch (error) {
    if (!(error instanceof OAuthLoginError) || error instanceof AbortedError) {
      throw error;
    }
    return error instanceof AuthenticationRequiredError ? undefined : { goesWithIdToken: true };
  }
}

/** This refresh asks no question. It could tell of the server's clock only, and the sign-in has told of that. */
const silentAccess = { note: () => {}, isTokenOriginOfProvider: async () => false };

function isCurrent(idToken: Secret | undefined, { clock }: Pick<Context, 'clock'>): boolean {
  const exp = idToken === undefined ? undefined : readIdTokenPayload(idToken.reveal())?.exp;
  return typeof exp === 'number' && exp * 1000 > clock.now().getTime();
}

/** The secrets of the account, where they hold a refresh token that may be tried and the key is at hand. */
export async function secretsWithRefreshToken(
  id: string,
  store: AccountStore,
): Promise<AccountSecrets | undefined> {
  const before = await store.read(id);
  if (before === undefined || !before.hasRefreshToken || before.needsLogin !== undefined) {
    return undefined;
  }
  return (await store.isOpenable(before)) ? store.readSecrets(before) : undefined;
}
