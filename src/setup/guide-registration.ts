import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import type { Prompts } from '../ground/ports.ts';
import type { PageLink } from '../loopback/page-link.ts';
import {
  registrationGuide,
  registrationIntroduction,
  registrationText,
  replacedClientText,
  savedClientGuide,
  selfRegistrationQuestion,
} from '../output/registration.ts';
import { storeQuestions } from '../output/sign-in-questions.ts';
import { type RegistrationOffer, registrationOffer } from '../providers/registration-offer.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { readRedirectUri, registeredRedirectUri } from '../settings/redirect-uri.ts';
import { decideStore, rememberStore, type StoreDecision } from '../sign-in/choose-store.ts';
import type { FoundProvider } from '../sign-in/ports.ts';
import { secretRule } from '../sign-in/secret-rule.ts';
import type { RegisteredSettings } from '../sign-in/stages.ts';
import { askForClient, hasStoredSecret, type TypedClient } from './ask-for-client.ts';
import { offerRegistrationPage } from './registration-page.ts';
import { saveClient } from './save-client.ts';
import { registerItself, type SetupSurroundings } from './self-registration.ts';

/**
 * Leads a person through the registration of a client: where the key will live that seals the secret, what to register
 * and why, the exact redirect URI, the page, then the client id and, where the provider has one, the hidden secret. A
 * client that is saved already is shown instead, and Enter keeps it. What is entered is saved, all of it or, when the
 * person stops, nothing.
 *
 * Throws a `ConfigurationError` or a `StoreError`; rejects with an `AbortedError` when the person stops.
 */
export async function guideRegistration(
  settings: LoginSettings,
  context: Context,
): Promise<RegisteredSettings> {
  const saved = settings.configuration.client_id;
  if (saved === undefined) {
    context.stderr.write(registrationIntroduction(settings.provider.label, context.stderr.columns));
  } else {
    await showSavedClient({ ...settings, clientId: saved }, context);
  }
  const decision = await storeForSecret(settings, context);
  const prompts = await context.openPrompts();
  const link = saved === undefined ? await showRegistration(settings, prompts, context) : undefined;
  let client: TypedClient;
  try {
    client = await askForClient(settings, prompts, context);
  } finally {
    await link?.close();
  }
  const { clientId, clientSecret, redirectUri: registered } = client;
  if (saved !== undefined && saved !== clientId) {
    context.stderr.write(replacedClientText(settings.provider.label, saved));
  }
  const own = { ...settings.configuration, ...defined({ redirect_uri: registered }) };
  const decided = decision === undefined ? {} : { store: decision.store };
  const store = await saveClient({ ...settings, ...decided, configuration: own }, client, context);
  if (decision !== undefined) {
    await rememberStore(decision, storeQuestions(context), context);
  }
  return {
    ...settings,
    configuration: own,
    clientId,
    ...(registered === undefined ? {} : { redirect: readRedirectUri(registered) ?? settings.redirect }),
    ...defined({ clientSecret }),
    ...defined({ store: settings.store ?? store ?? decision?.store }),
  };
}

/** Where the key will live that seals the secret: asked before anything is typed. `undefined`: there is no secret. */
async function storeForSecret(settings: LoginSettings, context: Context): Promise<StoreDecision | undefined> {
  const rule = secretRule(settings);
  const isPassing = settings.device && settings.provider.device?.clientToken !== undefined;
  if (rule === 'none' || rule === 'unused' || isPassing) {
    return undefined;
  }
  const asked = settings.store === 'none' ? undefined : settings.store;
  return decideStore(asked, storeQuestions(context), context);
}

async function showSavedClient(settings: RegisteredSettings, context: Context): Promise<void> {
  const { provider, clientId, redirect } = settings;
  const { stderr } = context;
  const { page } = registrationText(provider, registeredRedirectUri(redirect));
  const hasSecret = await hasStoredSecret(settings, context);
  stderr.write(
    savedClientGuide(provider.label, { clientId, hasSecret, ...defined({ page }) }, stderr.columns),
  );
}

/** Writes what to register, and opens the page of the registration where the person wants that. */
async function showRegistration(
  settings: LoginSettings,
  prompts: Prompts,
  context: Context,
): Promise<PageLink | undefined> {
  const { provider, device, openBrowser } = settings;
  const redirectUri = registeredRedirectUri(settings.redirect);
  const { page } = registrationText(provider, redirectUri);
  context.stderr.write(registrationGuide(provider, redirectUri, context.stderr.columns, device));
  return openBrowser ? offerRegistrationPage(page, prompts, context) : undefined;
}

/**
 * Registers a client in the middle of a sign-in, which then goes on. This tool registers itself where the server
 * and the person allow it; otherwise the person does it.
 */
export async function registerAtSignIn(
  { settings, provider, fetch }: FoundProvider,
  surroundings: SetupSurroundings,
): Promise<RegisteredSettings> {
  const { context } = surroundings;
  const offer = registrationOffer(provider);
  // The person has agreed to the server of a resource already, or with --yes.
  const isAgreed = settings.resource !== undefined || settings.agrees;
  if (offer !== undefined && (isAgreed || (await mayRegister(offer, provider.label, context)))) {
    return registerItself(settings, provider, offer, fetch, surroundings);
  }
  const registered = await guideRegistration(settings, context);
  const { label } = settings.provider;
  context.stderr.write(`Saved. The next sign-in to ${label} needs none of these steps. Now sign in.\n\n`);
  return registered;
}

/** Asks the person whether this tool may register itself. */
export async function mayRegister(
  { endpoint }: RegistrationOffer,
  label: string,
  context: Context,
): Promise<boolean> {
  const prompts = await context.openPrompts();
  const { host } = new URL(endpoint);
  return prompts.confirm(selfRegistrationQuestion(label, host), true);
}
