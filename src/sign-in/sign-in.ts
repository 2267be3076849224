import type { AccountHead } from '../accounts/account.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import { unreadableAccount } from '../accounts/accounts-of-client.ts';
import type { Session } from '../accounts/session.ts';
import { requireDeviceGrant } from '../grants/device-authorization.ts';
import { httpOptions, signalled } from '../ground/http-options.ts';
import { isSameButLastSlash } from '../providers/issuer-spelling.ts';
import type { Provider } from '../providers/provider.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { findProvider, requireReachable } from './find-provider.ts';
import type { SignInPorts } from './ports.ts';
import { prepareSignIn } from './prepare-sign-in.ts';
import { refuseUnfitFlags } from './refuse-unfit-flags.ts';
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
  refuseUnfitFlags(settings);
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
    const provider = await findProvider(settings, fetch, context, ports.questions.isTokenOriginOfProvider);
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

/**
 * The client identifier that is known already: the one given, the one last signed in with, or the one to use where any
 * is accepted.
 *
 * Throws the `StoreError` of an account that cannot be read and may be the one.
 */
async function clientOfBefore(
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
