import type { AccountHead } from '../accounts/account.ts';
import type { Session } from '../accounts/session.ts';
import type { Provider } from '../providers/provider.ts';
import { inOneBrowser } from './one-browser.ts';
import type { SignInPorts } from './ports.ts';
import { withReadySignIn } from './ready-sign-in.ts';
import { signInInRounds } from './sign-in-rounds.ts';
import type { AskedSignIn } from './stages.ts';

/** What a sign-in brought. */
export interface SignedIn {
  readonly account: AccountHead;
  readonly isKept: boolean;
  /** Scopes that were asked for and not granted. */
  readonly missingScopes: readonly string[];
}

/**
 * Signs the End-User in, and keeps the account.
 *
 * Throws any error of the family.
 */
export async function signIn(asked: AskedSignIn, session: Session, ports: SignInPorts): Promise<SignedIn> {
  const startedAt = session.context.clock.now();
  return withReadySignIn(asked, session, ports, async (ready) => {
    const account = await inOneBrowser(ready, startedAt, session, ports.progress, () =>
      signInInRounds(ready, session, ports),
    );
    ports.progress.signedIn(account);
    return {
      account,
      isKept: ready.destination.kind !== 'none',
      missingScopes: missingScopes(account, asked.settings.provider),
    };
  });
}

/** What was asked for and not granted; scopes that only ask for a refresh token are not echoed by many servers. */
export function missingScopes(head: AccountHead, provider: Provider): string[] {
  const { offlineAccess, shortLived } = provider;
  const forRefreshToken = [...(offlineAccess.scopes ?? []), ...(shortLived?.scopes ?? [])];
  const offline = new Set(head.hasRefreshToken ? forRefreshToken : []);
  const granted = new Set(head.scopes);
  return head.requestedScopes.filter((scope) => {
    const alias = provider.scopeAliases?.[scope];
    return !granted.has(scope) && !offline.has(scope) && (alias === undefined || !granted.has(alias));
  });
}
