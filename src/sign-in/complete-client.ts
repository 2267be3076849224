import type { AccountStore } from '../accounts/account-store.ts';
import type { ClientReference } from '../accounts/client-secrets.ts';
import { accountWithSecret, knownSecret } from '../accounts/known-secret.ts';
import type { Context } from '../ground/context.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { isInteractive } from '../ground/presence.ts';
import { Secret } from '../ground/secret.ts';
import { assertionAudience } from '../protocol/client-assertion.ts';
import { type OAuthClient, otherAuthentication } from '../protocol/client-authentication.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import { readSecretFile, readSecretText } from '../secrets/secret-file.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { certifiedClient } from './certified-client.ts';
import { keyedClient } from './keyed-client.ts';
import { missingCredential } from './missing-client.ts';
import type { SignInQuestions, WantedCredential } from './ports.ts';
import { secretRule } from './secret-rule.ts';
import type { RegisteredSettings } from './stages.ts';

/**
 * Gives the client with its secret, where it has one. The secret comes from the flag, else the environment, else
 * what `setup` or the last sign-in sealed, else a hidden prompt where the provider requires one. The device grant
 * may need less, or another credential.
 */
export async function completeClient(
  settings: RegisteredSettings,
  provider: ResolvedProvider,
  store: AccountStore,
  context: Context,
  questions: SignInQuestions,
): Promise<OAuthClient> {
  const { clientId } = settings;
  const configured = settings.configuration.client_authentication;
  const offered = provider.metadata.token_endpoint_auth_methods_supported;
  const none: OAuthClient = { clientId, clientAuthentication: 'none' };
  if (provider.oauth1?.signatureMethod === 'RSA-SHA1') {
    const key = await signingKey(settings, provider, store, context);
    return { clientId, clientSecret: key, clientAuthentication: provider.clientAuthentication };
  }
  if (provider.clientSecret === 'none') {
    return none;
  }
  if (settings.device && provider.device?.clientToken !== undefined) {
    const token = await clientToken(settings, context, questions);
    return { clientId, clientSecret: token, clientAuthentication: 'client_secret_post' };
  }
  const certified = certifiedClient(settings, provider);
  if (certified !== undefined) {
    return certified;
  }
  const keyed = await keyedClient(settings, provider, store, context);
  if (keyed !== undefined) {
    return keyed;
  }
  const client = { issuer: provider.metadata.issuer, clientId };
  // What the user configured wins over what was found out, and that over what the metadata offer.
  const method = shownMethod(
    configured ?? (await knownMethod(client, store)) ?? provider.clientAuthentication,
  );
  const authentication = {
    clientId,
    clientAuthentication: method,
    ...(method === 'client_secret_jwt' ? { assertionAudience: assertionAudience(provider) } : {}),
    ...(configured === undefined ? otherAuthentication(method, offered) : {}),
  };
  const given = await knownSecret(client, settings, store, context);
  const rule = secretRule(settings);
  // The secret is not sent at sign-in. It is needed to revoke the token when the person signs out.
  if (rule === 'unused') {
    return given === undefined ? none : { ...none, clientSecret: given };
  }
  if (given !== undefined) {
    return { ...authentication, clientSecret: given };
  }
  if (rule === 'optional') {
    return none;
  }
  const typed = await askForCredential('client secret', settings, context, questions);
  return { ...authentication, clientSecret: typed };
}

/** The private key of a client that signs with RSA-SHA1: flag > what `setup` or the last sign-in sealed. */
async function signingKey(
  settings: RegisteredSettings,
  provider: ResolvedProvider,
  store: AccountStore,
  context: Context,
): Promise<Secret> {
  const { keyFile, clientId } = settings;
  if (keyFile !== undefined) {
    return new Secret(
      await readSecretText(keyFile, context, { what: 'the private key', flag: '--key-file' }),
    );
  }
  const client = { issuer: provider.metadata.issuer, clientId };
  const known = await knownSecret(client, {}, store, context);
  if (known === undefined) {
    throw new ConfigurationError(
      'config_missing_key',
      `there is no key to sign requests to ${provider.label} with`,
      {
        hint: 'give the private key, in PEM, whose public key is registered there: --key-file FILE',
      },
    );
  }
  return known;
}

/** The method for a client that has a secret and no key. */
function shownMethod(method: OAuthClient['clientAuthentication']): OAuthClient['clientAuthentication'] {
  return method.startsWith('client_secret_') ? method : 'client_secret_basic';
}

/** The method that the server took from this client at its last sign-in. */
async function knownMethod(
  client: ClientReference,
  store: AccountStore,
): Promise<OAuthClient['clientAuthentication'] | undefined> {
  return accountWithSecret(client, await store.list())?.clientAuthentication;
}

/** The client as it is kept after the sign-in: without what is good for the device grant alone. */
export function lastingClient(client: OAuthClient, { device, provider }: LoginSettings): OAuthClient {
  const isPassing = device && provider.device?.clientToken !== undefined;
  return isPassing ? { clientId: client.clientId, clientAuthentication: 'none' } : client;
}

/** Flag > environment > a hidden prompt; what is sealed for this client is its secret, which is something else. */
async function clientToken(
  settings: RegisteredSettings,
  context: Context,
  questions: SignInQuestions,
): Promise<Secret> {
  if (settings.clientSecretFile !== undefined) {
    return readSecretFile(settings.clientSecretFile, context);
  }
  return settings.clientSecret ?? askForCredential('client token', settings, context, questions);
}

async function askForCredential(
  what: WantedCredential['what'],
  settings: RegisteredSettings,
  context: Context,
  questions: SignInQuestions,
): Promise<Secret> {
  if (!isInteractive(context)) {
    throw missingCredential(what, settings);
  }
  return questions.credential({ what, clientId: settings.clientId, provider: settings.provider });
}
