import type { AccountHead } from '../accounts/account.ts';
import type { AccountStore, StoredAccounts } from '../accounts/account-store.ts';
import { unreadableAccount } from '../accounts/accounts-of-client.ts';
import type { ClientReference } from '../accounts/client-secrets.ts';
import type { Context } from '../ground/context.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { isInteractive } from '../ground/presence.ts';
import type { Secret } from '../ground/secret.ts';
import { registrationClause } from '../output/registration.ts';
import { type OAuthClient, otherAuthentication } from '../protocol/client-authentication.ts';
import { isSameButLastSlash } from '../providers/issuer-spelling.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import { readSecretFile } from '../secrets/secret-file.ts';
import { clientVariables, type LoginSettings, registeredRedirectUri } from '../settings/login-settings.ts';
import { signInTarget } from '../settings/sign-in-target.ts';
import type { RegisteredSettings } from './guide-registration.ts';
import { guideRegistration } from './guide-registration.ts';
import { secretRule } from './secret-rule.ts';

/** The client identifier that is known already: the one given, or the one last signed in with. */
export async function clientOfBefore(
  { clientId, provider }: LoginSettings,
  store: AccountStore,
): Promise<string | undefined> {
  if (clientId !== undefined) return clientId;
  const { accounts, problems } = await store.list();
  const before = accounts.find(
    ({ provider: name, issuer }) => name === provider.name && isSameButLastSlash(issuer, provider.issuer),
  );
  if (before !== undefined) return before.clientId;
  const unreadable = unreadableAccount(provider, problems);
  if (unreadable !== undefined) throw unreadable;
  return undefined;
}

/**
 * Gives the client identifier that a guided registration in a terminal ends with; the provider has been found by then.
 *
 * Throws a `ConfigurationError` that names the page, the redirect URI and the variables when nobody is there.
 */
export async function registerClient(settings: LoginSettings, context: Context): Promise<RegisteredSettings> {
  const { provider } = settings;
  if (isInteractive(context)) {
    const registered = await guideRegistration(settings, context);
    context.stderr.write(
      `Saved; the next sign-in to ${provider.label} needs none of this. Now you sign in.\n\n`,
    );
    return registered;
  }
  throw missingClient('config_missing_client_id', 'client id', settings);
}

/**
 * The client with its secret, where it has one: flag > environment > what `setup` or the last sign-in sealed >
 * a hidden prompt where the provider insists on one. The device grant may ask for less, or for another credential.
 */
export async function completeClient(
  settings: RegisteredSettings,
  provider: ResolvedProvider,
  store: AccountStore,
  context: Context,
): Promise<OAuthClient> {
  const { clientId } = settings;
  const configured = settings.configuration.client_authentication;
  const offered = provider.metadata.token_endpoint_auth_methods_supported;
  const none: OAuthClient = { clientId, clientAuthentication: 'none' };
  if (provider.clientSecret === 'none') return none;
  if (settings.device && provider.device?.clientToken !== undefined) {
    const token = await clientToken(settings, context);
    return { clientId, clientSecret: token, clientAuthentication: 'client_secret_post' };
  }
  const client = { issuer: provider.metadata.issuer, clientId };
  // What the user configured wins over what was found out, and that over what the metadata offer.
  const method = configured ?? (await knownMethod(client, store)) ?? provider.clientAuthentication;
  const authentication = {
    clientId,
    clientAuthentication: method,
    ...(configured === undefined ? otherAuthentication(method, offered) : {}),
  };
  const given = await knownSecret(client, settings, store, context);
  const rule = secretRule(settings);
  // It is not sent, and good for one thing: taking the token back when the person signs out.
  if (rule === 'unused') return given === undefined ? none : { ...none, clientSecret: given };
  if (given !== undefined) return { ...authentication, clientSecret: given };
  if (rule === 'optional') return none;
  const typed = await askForCredential('client secret', settings, context);
  return { ...authentication, clientSecret: typed };
}

/** The method that the server took from this client at its last sign-in. */
async function knownMethod(
  client: ClientReference,
  store: AccountStore,
): Promise<OAuthClient['clientAuthentication'] | undefined> {
  return accountWithSecret(client, await store.list())?.clientAuthentication;
}

function accountWithSecret(client: ClientReference, { accounts }: StoredAccounts): AccountHead | undefined {
  return accounts.find(
    (head) =>
      head.issuer === client.issuer &&
      head.clientId === client.clientId &&
      head.clientAuthentication !== 'none',
  );
}

/** The client as it is kept after the sign-in: without what is good for the device grant alone. */
export function lastingClient(client: OAuthClient, { device, provider }: LoginSettings): OAuthClient {
  const isPassing = device && provider.device?.clientToken !== undefined;
  return isPassing ? { clientId: client.clientId, clientAuthentication: 'none' } : client;
}

/** Flag > environment > a hidden prompt; what is sealed for this client is its secret, which is something else. */
async function clientToken(settings: RegisteredSettings, context: Context): Promise<Secret> {
  if (settings.clientSecretFile !== undefined) return readSecretFile(settings.clientSecretFile, context);
  return settings.clientSecret ?? askForCredential('client token', settings, context);
}

async function askForCredential(
  what: 'client secret' | 'client token',
  settings: RegisteredSettings,
  context: Context,
): Promise<Secret> {
  if (!isInteractive(context)) throw missingClient('config_missing_client_secret', what, settings);
  const { provider, clientId } = settings;
  const { term, place } = (what === 'client token' && provider.device?.clientToken) || {
    term: 'Client secret',
  };
  const where = place === undefined ? '' : `${place}; `;
  const prompts = await context.openPrompts();
  return prompts.secret(
    `${term} of ${clientId} at ${provider.label} (${where}hidden while you type or paste)`,
    { validate: (text) => (text.trim() === '' ? `${provider.label} needs it` : undefined) },
  );
}

/** The secret of a client as flag, environment, `setup` or the last sign-in have it; never asks. */
export async function knownSecret(
  client: ClientReference,
  settings: Pick<LoginSettings, 'clientSecretFile' | 'clientSecret'>,
  store: AccountStore,
  context: Context,
): Promise<Secret | undefined> {
  if (settings.clientSecretFile !== undefined) return readSecretFile(settings.clientSecretFile, context);
  if (settings.clientSecret !== undefined) return settings.clientSecret;
  const sealed = await store.readClientSecret(client);
  if (sealed !== undefined) return sealed;
  const before = accountWithSecret(client, await store.list());
  return before === undefined ? undefined : (await store.readSecrets(before)).clientSecret;
}

function missingClient(
  code: 'config_missing_client_id' | 'config_missing_client_secret',
  what: 'client id' | 'client secret' | 'client token',
  settings: LoginSettings,
): ConfigurationError {
  const { provider } = settings;
  const variables = clientVariables(provider);
  const token = settings.device ? provider.device?.clientToken : undefined;
  if (token !== undefined && code === 'config_missing_client_secret') {
    const page = provider.registration?.page ?? provider.label;
    return new ConfigurationError(code, `there is no ${what} for ${provider.label}, which --device needs`, {
      hint: `copy the ${token.term} at ${page} (${token.place}), then set ${variables.secret} to it, or give --client-secret-file`,
    });
  }
  const guide = `oauth-login setup ${signInTarget(settings)} in a terminal`;
  const hint =
    code === 'config_missing_client_secret'
      ? `give it with --client-secret-file PATH, or set ${variables.secret}; ${guide} asks for it and seals it`
      : registrationHint(settings, `${guide} leads you through it`);
  return new ConfigurationError(code, `there is no ${what} for ${provider.label}`, { hint });
}

function registrationHint(settings: LoginSettings, guide: string): string {
  const { provider, device, redirect } = settings;
  const what = registrationClause(provider, registeredRedirectUri(redirect), device);
  const hint = `${what}, then set ${wantedVariables(settings)}`;
  const { steps = [], kindOfClient } = (device && provider.device) || {};
  // The guide leads to the client of the other grants.
  if (kindOfClient !== undefined) return hint;
  const more = steps.length === 0 ? '' : `. For --device: ${steps.join(' ')}`;
  return `${hint}; ${guide}${more}`;
}

/** The variables to set for a new client; whether a client of somebody's own server has a secret, nobody knows. */
function wantedVariables(settings: LoginSettings): string {
  const { id, secret } = clientVariables(settings.provider);
  const rule = secretRule(settings);
  if (rule === 'required') return `${id} and ${secret}`;
  const isOpen = rule === 'optional' && settings.provider.registration === undefined;
  return isOpen ? `${id} (and ${secret}, if it has a secret)` : id;
}
