import { randomInt } from 'node:crypto';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import type { Fetch } from '../ground/fetch.ts';
import { storeQuestions } from '../output/sign-in-questions.ts';
import { registerDynamically } from '../protocol/client-registration.ts';
import { createMastodonApp } from '../protocol/dialects/mastodon-apps.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { RegistrationOffer } from '../providers/registration-offer.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { type RedirectSettings, registeredRedirectUri } from '../settings/redirect-uri.ts';
import { chooseStore } from '../sign-in/choose-store.ts';
import type { RegisteredSettings } from '../sign-in/stages.ts';
import { saveClient } from './save-client.ts';

/**
 * Registers this tool with the server, and saves the client: its identifier and its redirect URI in the configuration,
 * what is secret sealed.
 *
 * Throws what the registration led to, a `StoreError` or a `ConfigurationError`; nothing is saved then.
 */
export async function registerItself(
  settings: LoginSettings,
  provider: ResolvedProvider,
  offer: RegistrationOffer,
  fetch: Fetch,
  context: Context,
): Promise<RegisteredSettings> {
  // Asked before anything is registered that could not be kept.
  const store = await chooseStore(
    settings.store === 'none' ? undefined : settings.store,
    storeQuestions(context),
    context,
  );
  const redirect = exactRedirect(settings.redirect, provider);
  const redirectUri = registeredRedirectUri(redirect);
  const { allowHttpLoopback, scopes } = settings;
  const register = offer.kind === 'mastodon' ? createMastodonApp : registerDynamically;
  const client = await register(
    { provider, endpoint: offer.endpoint, fetch, allowHttpLoopback },
    { redirectUri, scopes },
  );
  const method = client.clientAuthentication;
  const configuration = {
    ...settings.configuration,
    redirect_uri: redirectUri,
    ...(method === 'client_secret_basic' ? { client_authentication: method } : {}),
  };
  await saveClient({ ...settings, store, configuration }, client, context);
  const { clientId, clientSecret } = client;
  return {
    ...settings,
    ...defined({ clientSecret }),
    store: settings.store ?? store,
    configuration,
    redirect,
    clientId,
  };
}

/**
 * The redirect URI to register. Whether a server without a file lets the port differ is not known, and many compare it
 * (RFC 8252 §7.3 notwithstanding): there one port is chosen, and kept.
 */
function exactRedirect(redirect: RedirectSettings, { confidence }: ResolvedProvider): RedirectSettings {
  if ('elsewhere' in redirect || redirect.ports[0] !== 0 || confidence !== undefined) return redirect;
  return { ...redirect, ports: [randomInt(49_152, 65_536)] };
}
