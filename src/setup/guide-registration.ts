import { openAccountStore } from '../accounts/account-store.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { StoreError } from '../ground/errors.ts';
import type { Prompts } from '../ground/ports.ts';
import { Secret } from '../ground/secret.ts';
import {
  clientIdQuestion,
  clientSecretQuestion,
  registrationGuide,
  registrationText,
  selfRegistrationQuestion,
} from '../output/registration.ts';
import { type RegistrationOffer, registrationOffer } from '../providers/registration-offer.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { registeredRedirectUri } from '../settings/redirect-uri.ts';
import type { FoundProvider } from '../sign-in/ports.ts';
import { secretRule } from '../sign-in/secret-rule.ts';
import type { RegisteredSettings } from '../sign-in/stages.ts';
import { offerRegistrationPage } from './registration-page.ts';
import { saveClient } from './save-client.ts';
import { registerItself } from './self-registration.ts';

/**
 * Leads a person through the registration of a client: what to register and why, the exact redirect URI, the
 * page, then the client id and, where the provider has one, the hidden secret. What is entered is saved, all of
 * it or, when the person stops, nothing.
 */
export async function guideRegistration(
  settings: LoginSettings,
  context: Context,
): Promise<RegisteredSettings> {
  const { provider } = settings;
  const redirectUri = registeredRedirectUri(settings.redirect);
  context.stderr.write(registrationGuide(provider, redirectUri, context.stderr.columns, settings.device));
  const prompts = await context.openPrompts();
  const { page } = registrationText(provider, redirectUri);
  const link = settings.openBrowser ? await offerRegistrationPage(page, prompts, context) : undefined;
  let clientId: string;
  let clientSecret: Secret | undefined;
  try {
    clientId = await askForClientId(settings, prompts);
    clientSecret = await askForSecret({ ...settings, clientId }, prompts, context);
  } finally {
    await link?.close();
  }
  const store = await saveClient(settings, { clientId, ...defined({ clientSecret }) }, context);
  return {
    ...settings,
    clientId,
    ...defined({ clientSecret }),
    ...defined({ store: settings.store ?? store }),
  };
}

/** In the middle of a sign-in, which goes on then: this tool registers itself where it can and may, or the person does. */
export async function registerAtSignIn(
  { settings, provider, fetch }: FoundProvider,
  context: Context,
): Promise<RegisteredSettings> {
  const offer = registrationOffer(provider);
  if (offer !== undefined && (await mayRegister(offer, provider.label, context))) {
    return registerItself(settings, provider, offer, fetch, context);
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

async function askForClientId({ provider, clientId }: LoginSettings, prompts: Prompts): Promise<string> {
  const answer = await prompts.text(clientIdQuestion(provider), {
    ...defined({ initial: clientId }),
    validate: (text) =>
      /^[\x21-\x7e]{1,2048}$/.test(text.trim()) ? undefined : 'paste the client ID as the page shows it',
  });
  return answer.trim();
}

/** Asks for the secret where the provider has one, hidden; gives nothing when there is none or the stored one stays. */
export async function askForSecret(
  settings: RegisteredSettings,
  prompts: Prompts,
  context: Context,
): Promise<Secret | undefined> {
  const { provider, clientSecret } = settings;
  // It is asked for when it is needed, and never sealed as the client secret that it is not.
  if (settings.device && provider.device?.clientToken !== undefined) {
    return undefined;
  }
  const rule = secretRule(settings);
  if (rule === 'none' || rule === 'unused' || clientSecret !== undefined) {
    return clientSecret;
  }
  const isStored = await hasStoredSecret(settings, context);
  const mayBeEmpty = isStored || rule !== 'required';
  const typed = await prompts.secret(
    clientSecretQuestion({ ...provider, clientSecret: rule }, isStored ? 'stored' : 'unknown'),
    {
      validate: (text) => {
        if (text.trim() === '') {
          return mayBeEmpty ? undefined : `${provider.label} needs it`;
        }
        return /^[\x20-\x7e]+$/.test(text.trim()) ? undefined : 'paste the secret as the page shows it';
      },
    },
  );
  const secret = typed.reveal().trim();
  return secret === '' ? undefined : new Secret(secret);
}

/** A secret that cannot be opened is as good as none: the person is about to give it again. */
async function hasStoredSecret(
  { provider, clientId }: RegisteredSettings,
  context: Context,
): Promise<boolean> {
  try {
    const client = { issuer: provider.issuer, clientId };
    return (await openAccountStore(context).readClientSecret(client)) !== undefined;
  } catch (error) {
    if (error instanceof StoreError) {
      return false;
    }
    throw error;
  }
}
