import type { AccountHead } from '../accounts/account.ts';
import type { Session } from '../accounts/session.ts';
import { requireDeviceGrant } from '../grants/device-authorization.ts';
import { httpOptions, signalled } from '../ground/http-options.ts';
import type { Provider } from '../providers/provider.ts';
import { clientOfBefore } from './client-of-before.ts';
import { findProvider, requireReachable } from './find-provider.ts';
import type { SignInPorts } from './ports.ts';
import { prepareSignIn } from './prepare-sign-in.ts';
import { requirePerson } from './require-person.ts';
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
  const { settings } = asked;
  const { context, store } = session;
  if (settings.device && settings.provider.discovery === 'none') {
    requireDeviceGrant(settings.provider);
  }
  const before = await clientOfBefore(settings, store);
  if (before !== undefined) {
    requirePerson(settings, context);
  }
  const http = await context.openHttp(httpOptions(settings, context));
  try {
    const fetch = signalled(http.fetch, context.signal);
    if (before === undefined) {
      await requireReachable(settings, fetch);
    }
    const provider = await findProvider(settings, fetch, context);
    const ready = await prepareSignIn({ asked, provider, clientId: before, fetch }, session, ports);
    const account = await signInInRounds(ready, session, ports);
    ports.progress.signedIn(account);
    return {
      account,
      isKept: ready.destination.kind !== 'none',
      missingScopes: missingScopes(account, settings.provider),
    };
  } finally {
    await http.close();
  }
}

/** What was asked for and not granted; scopes that only ask for a refresh token are not echoed by many servers. */
function missingScopes(head: AccountHead, provider: Provider): string[] {
  const { offlineAccess, shortLived } = provider;
  const forRefreshToken = [...(offlineAccess.scopes ?? []), ...(shortLived?.scopes ?? [])];
  const offline = new Set(head.hasRefreshToken ? forRefreshToken : []);
  const granted = new Set(head.scopes);
  return head.requestedScopes.filter((scope) => {
    const alias = provider.scopeAliases?.[scope];
    return !granted.has(scope) && !offline.has(scope) && (alias === undefined || !granted.has(alias));
  });
}
