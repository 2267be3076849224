import type { AccountStore } from '../accounts/account-store.ts';
import { unreadableAccount } from '../accounts/accounts-of-client.ts';
import type { Session } from '../accounts/session.ts';
import { requireDeviceGrant } from '../grants/device-authorization.ts';
import { httpOptions, signalled } from '../ground/http-options.ts';
import { isSameButLastSlash } from '../providers/issuer-spelling.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { findProvider, requireReachable } from './find-provider.ts';
import type { SignInPorts } from './ports.ts';
import { prepareSignIn } from './prepare-sign-in.ts';
import { refuseUnfitFlags } from './refuse-unfit-flags.ts';
import { requirePerson } from './require-person.ts';
import type { AskedSignIn, ReadySignIn } from './stages.ts';

/**
 * Runs work with a sign-in of which everything is decided, and with the network that it needs.
 *
 * Throws what `prepareSignIn` and the work throw.
 */
export async function withReadySignIn<Result>(
  asked: AskedSignIn,
  session: Session,
  ports: SignInPorts,
  work: (ready: ReadySignIn) => Promise<Result>,
): Promise<Result> {
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
    return await work(await prepareSignIn({ asked, provider, clientId: before, fetch }, session, ports));
  } finally {
    await http.close();
  }
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
