import type { AccountHead } from '../accounts/account.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import { accountsOfClient } from '../accounts/accounts-of-client.ts';
import type { Session } from '../accounts/session.ts';
import { requireDeviceGrant } from '../grants/device-authorization.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import type { Fetch } from '../ground/fetch.ts';
import { isInteractive } from '../ground/presence.ts';
import { requireBackchannel } from '../protocol/backchannel-authentication.ts';
import { tokenBinding } from '../protocol/token-binding.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import { registrationOffer } from '../providers/registration-offer.ts';
import { requireS256, s256Support } from '../providers/require-s256.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { scopeSetting } from '../settings/scope.ts';
import { agreeToServer } from './agree-to-server.ts';
import { requireAtprotoServer } from './atproto-settings.ts';
import { chooseStore } from './choose-store.ts';
import { completeClient } from './complete-client.ts';
import { inheritedStore } from './inherited-store.ts';
import { signingClient } from './keyed-client.ts';
import { metadataDocumentClient } from './metadata-document-client.ts';
import { missingClientId } from './missing-client.ts';
import type { FoundProvider, SignInPorts } from './ports.ts';
import { renewRegistration } from './renew-registration.ts';
import { requireHeardAnswer } from './require-heard-answer.ts';
import { requirePerson } from './require-person.ts';
import type { AskedSignIn, Destination, ReadySignIn, RegisteredSettings } from './stages.ts';

/** A sign-in whose provider has been found. */
export interface FoundSignIn {
  readonly asked: AskedSignIn;
  readonly provider: ResolvedProvider;
  /** The client that is known already; without one, the person registers a client first. */
  readonly clientId: string | undefined;
  readonly fetch: Fetch;
}

/**
 * Decides everything that can be decided before the browser opens: the grant, the client, where the account is kept.
 *
 * Throws a `ConfigurationError`, a `StoreError`, a `ProtocolError` or an `AuthenticationRequiredError`.
 */
export async function prepareSignIn(
  { asked, provider, clientId, fetch }: FoundSignIn,
  { context, store }: Session,
  ports: SignInPorts,
): Promise<ReadySignIn> {
  const found = foundSettings(asked.settings, provider);
  const device = found.backchannel === undefined && usesDevice(provider, found, context);
  const isRedirected = !device && found.backchannel === undefined;
  if (device) {
    requireDeviceGrant(provider);
  } else if (found.backchannel !== undefined) {
    requireBackchannel(provider);
  } else if (provider.discovery !== 'none') {
    requireS256(provider, provider.metadata);
  }
  requireHeardAnswer({ ...found, device: !isRedirected }, provider);
  requireAtprotoServer(provider);
  await agreeToServer(provider, found, context, ports);
  const known = clientId ?? metadataDocumentClient(found, provider);
  const unregistered = { settings: found, provider, fetch };
  const registered =
    known === undefined
      ? await registerClient(unregistered, context, ports)
      : await renewRegistration(withClient(found, known), unregistered, context, ports);
  const destination = await chooseDestination(registered, store, context, ports);
  const settings = { ...registered, device };
  const complete = await completeClient(settings, provider, store, context, ports.questions);
  const client = await signingClient(complete, settings, provider, store, context);
  const { issuer } = provider.metadata;
  const accounts = await accountsOfClient({ issuer, clientId: client.clientId }, destination.kind, store);
  if (provider.confidence === 'C' && accounts.length === 0) {
    ports.progress.untried();
  }
  if (isRedirected && provider.discovery !== 'none') {
    if (s256Support(provider, provider.metadata) === 'unannounced') {
      ports.progress.pkceNotAnnounced();
    }
  }
  return {
    settings,
    provider,
    client,
    ...defined({ binding: await tokenBinding(boundAsBefore(provider, accounts), context) }),
    fetch,
    destination,
    accounts: accounts.filter((head) => head.provider === provider.name),
    wanted: asked.wanted,
  };
}

/** An account whose tokens are bound to a key stays one: a sign-in that was not told so does not weaken it. */
function boundAsBefore(provider: ResolvedProvider, accounts: readonly AccountHead[]): ResolvedProvider {
  return accounts.some(({ tokenType }) => tokenType !== undefined)
    ? { ...provider, dpop: 'required' }
    : provider;
}

/** The settings with the scopes of this provider, and its issuer, in the spelling of its metadata. */
function foundSettings(settings: LoginSettings, provider: ResolvedProvider): LoginSettings {
  return {
    ...settings,
    scopes: scopeSetting(provider, settings.askedScopes),
    provider: { ...settings.provider, issuer: provider.issuer },
  };
}

/** The settings with the client that is known already; one that only an account names is named in the next command. */
function withClient(settings: LoginSettings, clientId: string): RegisteredSettings {
  const isClientNamed = settings.isClientNamed || settings.clientId === undefined;
  return { ...settings, clientId, isClientNamed };
}

/** Throws a `ConfigurationError` that names the page, the redirect URI and the variables when nobody is there. */
async function registerClient(
  found: FoundProvider,
  context: Context,
  ports: SignInPorts,
): Promise<RegisteredSettings> {
  const offer = registrationOffer(found.provider);
  // The person has agreed to the server of a resource by now, and has nothing to decide about its client.
  const isAgreed = found.settings.resource !== undefined && offer !== undefined;
  if (isAgreed) {
    requirePerson(found.settings, context);
  } else if (!isInteractive(context)) {
    throw missingClientId(found.settings, offer);
  }
  const registered = await ports.registerClient(found);
  requirePerson(registered, context);
  return registered;
}

/** The store that was chosen; without a choice, the store in which this client already has accounts. */
async function chooseDestination(
  settings: RegisteredSettings,
  store: AccountStore,
  context: Context,
  { questions }: SignInPorts,
): Promise<Destination> {
  if (settings.store === 'none') {
    return { kind: 'none', isInherited: false };
  }
  const { provider, clientId } = settings;
  const inherited =
    settings.store === undefined
      ? await inheritedStore(
          (await store.list()).accounts.filter(
            (head) => head.provider === provider.name && head.clientId === clientId,
          ),
          context,
        )
      : undefined;
  if (inherited !== undefined) {
    return { kind: inherited, isInherited: true };
  }
  return { kind: await chooseStore(settings.store, questions, context), isInherited: false };
}

/**
 * Uses the device grant when it was asked for. Without that, it is used only when no browser can be opened, no
 * address can be pasted at a terminal, and the client can use the grant.
 */
function usesDevice(provider: ResolvedProvider, settings: LoginSettings, context: Context): boolean {
  if (settings.device) {
    return true;
  }
  const isReady =
    provider.metadata.device_authorization_endpoint !== undefined &&
    provider.device?.ownRegistration !== true;
  const opensBrowser = settings.openBrowser && context.canOpenBrowser;
  return isReady && settings.openBrowser && !opensBrowser && !isInteractive(context);
}
