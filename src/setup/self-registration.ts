import { randomInt } from 'node:crypto';
import { lockPath, openLock } from '../accounts/lock.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import type { Fetch } from '../ground/fetch.ts';
import { storeQuestions } from '../output/sign-in-questions.ts';
import { registerDynamically } from '../protocol/client-registration.ts';
import { createMastodonApp } from '../protocol/dialects/mastodon-apps.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { RegistrationOffer } from '../providers/registration-offer.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import { readUserConfiguration } from '../settings/configuration.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { type RedirectSettings, readRedirectUri, registeredRedirectUri } from '../settings/redirect-uri.ts';
import { signInTarget } from '../settings/sign-in-target.ts';
import { chooseStore } from '../sign-in/choose-store.ts';
import type { RegisteredSettings } from '../sign-in/stages.ts';
import { saveClient } from './save-client.ts';
import type { TellSetupNote } from './setup-note.ts';

/** The world outside, and who is told of what a setup finds out. */
export interface SetupSurroundings {
  readonly context: Context;
  readonly note: TellSetupNote;
}

/**
 * Registers this tool with the server, and saves the client: its identifier and redirect URI in the configuration,
 * its secrets sealed. When several processes register at once, one does it, and the others use its client.
 *
 * Throws any error of the registration, a `StoreError` or a `ConfigurationError`; nothing is saved then.
 */
export async function registerItself(
  settings: LoginSettings,
  provider: ResolvedProvider,
  offer: RegistrationOffer,
  fetch: Fetch,
  { context, note }: SetupSurroundings,
): Promise<RegisteredSettings> {
  // The store is chosen first, so that nothing is registered that could not be kept.
  const store = await chooseStore(
    settings.store === 'none' ? undefined : settings.store,
    storeQuestions(context),
    context,
  );
  const lock = await openLock(lockPath(context.paths, `registration at ${provider.issuer}`), context);
  try {
    const made = await madeMeanwhile(settings, context);
    return made ?? (await registerNow({ ...settings, store }, provider, offer, fetch, { context, note }));
  } finally {
    lock.release();
  }
}

/** The settings with the client that another process saved after this one had read the configuration. */
async function madeMeanwhile(
  settings: LoginSettings,
  context: Context,
): Promise<RegisteredSettings | undefined> {
  const { providers } = await readUserConfiguration(context.paths);
  const configuration = providers.get(settings.provider.name);
  const { client_id: clientId, redirect_uri: uri, issuer } = configuration ?? {};
  const before = settings.configuration.client_id;
  const isSame = issuer === undefined || issuer === settings.provider.issuer;
  if (configuration === undefined || clientId === undefined || clientId === before || !isSame) {
    return undefined;
  }
  const redirect = (uri === undefined ? undefined : readRedirectUri(uri)) ?? settings.redirect;
  return { ...settings, configuration, redirect, clientId };
}

async function registerNow(
  settings: LoginSettings & { readonly store: StoreKind },
  provider: ResolvedProvider,
  offer: RegistrationOffer,
  fetch: Fetch,
  { context, note }: SetupSurroundings,
): Promise<RegisteredSettings> {
  const redirect = exactRedirect(settings.redirect, provider);
  const redirectUri = registeredRedirectUri(redirect);
  const { allowHttpLoopback, scopes } = settings;
  const register = offer.kind === 'mastodon' ? createMastodonApp : registerDynamically;
  const client = await register(
    { provider, endpoint: offer.endpoint, fetch, allowHttpLoopback },
    // Some servers grant no scope that the client did not register.
    { redirectUri, scopes: [...new Set([...scopes, ...(provider.offlineAccess.scopes ?? [])])] },
  );
  const method = client.clientAuthentication;
  const configuration = {
    ...settings.configuration,
    redirect_uri: redirectUri,
    ...(method === 'client_secret_basic' ? { client_authentication: method } : {}),
  };
  await saveClient({ ...settings, configuration }, { ...client, isMadeByTool: true }, context);
  const { clientId, clientSecret, secretExpiresAt } = client;
  if (secretExpiresAt !== undefined) {
    note({ kind: 'client-secret-ends', on: secretExpiresAt, target: signInTarget(settings) });
  }
  return {
    ...settings,
    ...defined({ clientSecret }),
    configuration,
    redirect,
    clientId,
  };
}

/**
 * The ports to choose from. No system takes one of these for a connection of its own (Linux begins at 32768, macOS and
 * Windows at 49152), so the port that is registered is free again at the next sign-in.
 */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_767;

/**
 * The redirect URI to register. Many servers compare the port in spite of RFC 8252 §7.3. Where no provider file
 * says otherwise, one port is chosen and kept.
 */
function exactRedirect(redirect: RedirectSettings, { confidence }: ResolvedProvider): RedirectSettings {
  if ('elsewhere' in redirect || redirect.ports[0] !== 0 || confidence !== undefined) {
    return redirect;
  }
  return { ...redirect, ports: [randomInt(LOWEST_PORT, HIGHEST_PORT + 1)] };
}
