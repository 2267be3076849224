import type { AccountHead } from '../accounts/account.ts';
import type { SessionToEnd } from '../grants/end-session.ts';
import { defined } from '../ground/defined.ts';
import { StoreError } from '../ground/errors.ts';
import type { AccessSession } from './access-session.ts';

/** An account, and the session in the browser that it came from; no session where the provider offers no way to end it. */
export interface AccountInBrowser {
  readonly head: AccountHead;
  readonly session?: SessionToEnd;
}

/**
 * What is needed to end the sessions of these accounts in the browser; to be asked for before they are signed out. Without
 * the key of an account its session is ended all the same, and the provider asks whose it is.
 */
export async function sessionsToEnd(
  heads: readonly AccountHead[],
  { store }: AccessSession,
): Promise<readonly AccountInBrowser[]> {
  return Promise.all(
    heads.map(async (head) => {
      const { endSessionEndpoint: endpoint, label, clientId, redirectUri } = head;
      if (endpoint === undefined) {
        return { head };
      }
      const idToken = await store.readSecrets(head).then(
        (secrets) => secrets.idToken,
        (error: unknown) => {
          if (error instanceof StoreError) {
            return undefined;
          }
          throw error;
        },
      );
      return { head, session: { label, endpoint, clientId, ...defined({ idToken, redirectUri }) } };
    }),
  );
}
