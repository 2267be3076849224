import { openAccountStore } from '../accounts/account-store.ts';
import { chooseStore } from '../accounts/choose-store.ts';
import type { Context } from '../context.ts';
import { registrationText } from '../output/registration.ts';
import type { Secret } from '../secrets/secret.ts';
import { writeProviderConfiguration } from '../settings/configuration.ts';
import { type LoginSettings, registeredRedirectUri } from '../settings/login-settings.ts';
import type { RegisteredSettings } from './complete-client.ts';

/**
 * Leads a person through the registration of a client: what to register and why, the exact redirect URI, the
 * page, then the client id and, where the provider has one, the hidden secret. What is entered is saved.
 */
export async function guideRegistration(
  settings: LoginSettings,
  context: Context,
): Promise<RegisteredSettings> {
  const { provider } = settings;
  const redirectUri = registeredRedirectUri(settings.redirect);
  const { page, steps } = registrationText(provider, redirectUri);
  const say = (text: string) => context.stderr.write(`${text}\n`);
  say(`${provider.label} knows programs by a client id, and oauth-login has none for it yet.`);
  say('You register one once, on your own account; it takes about two minutes.');
  say('');
  if (page !== undefined) {
    say('Open this page in your browser:');
    say('');
    say(page);
    say('');
  }
  for (const [index, step] of steps.entries()) say(`  ${index + 1}. ${step}`);
  say('');
  say('The redirect URI has to be exactly:');
  say('');
  say(redirectUri);
  say('');
  const prompts = await context.openPrompts();
  const clientId = await prompts.text('Client id', {
    validate: (text) =>
      /^[\x21-\x7e]{1,2048}$/.test(text.trim()) ? undefined : 'paste the client id as the page shows it',
  });
  const clientSecret = await askForSecret(settings, context);
  await saveClient(settings, clientId.trim(), clientSecret, context);
  say(`Saved. From now on oauth-login ${settings.target} needs no setup.`);
  return { ...settings, clientId: clientId.trim(), ...(clientSecret === undefined ? {} : { clientSecret }) };
}

/** Keeps a client: the identifier in the configuration file, the secret sealed. */
export async function saveClient(
  settings: LoginSettings,
  clientId: string,
  clientSecret: Secret | undefined,
  context: Context,
): Promise<void> {
  const { provider, configuration, host, tenant } = settings;
  if (clientSecret !== undefined) {
    const store = await chooseStore(settings.store === 'none' ? undefined : settings.store, context);
    const client = { provider: provider.name, issuer: provider.issuer, clientId };
    await openAccountStore(context).writeClientSecret(client, clientSecret, store);
  }
  const isHosted = host !== undefined && provider.name !== settings.target;
  await writeProviderConfiguration(context.paths, provider.name, {
    ...configuration,
    ...(isHosted ? { preset: settings.target } : {}),
    ...(host === undefined ? {} : { host }),
    ...(tenant === undefined ? {} : { tenant }),
    client_id: clientId,
  });
}

async function askForSecret(
  { provider, clientSecret }: LoginSettings,
  context: Context,
): Promise<Secret | undefined> {
  if (provider.clientSecret === 'none' || clientSecret !== undefined) return clientSecret;
  const prompts = await context.openPrompts();
  if (provider.clientSecret === 'required') return prompts.secret('Client secret (not shown, stored sealed)');
  const typed = await prompts.secret(
    'Client secret, if there is one (not shown, stored sealed; Enter for none)',
  );
  return typed.reveal() === '' ? undefined : typed;
}
