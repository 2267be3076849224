import type { AccountStore } from '../accounts/account-store.ts';
import { knownClientKey } from '../accounts/known-secret.ts';
import type { Context } from '../ground/context.ts';
import { ConfigurationError } from '../ground/errors.ts';
import type { Secret } from '../ground/secret.ts';
import { assertionAudience } from '../protocol/client-assertion.ts';
import type { OAuthClient } from '../protocol/client-authentication.ts';
import { clientKeyOf } from '../protocol/client-key.ts';
import { isRequestObject } from '../protocol/request-object.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import { readSecretText, sourceName } from '../secrets/secret-file.ts';
import { signInTarget } from '../settings/sign-in-target.ts';
import type { RegisteredSettings } from './stages.ts';

/**
 * The client with its private key, where it signs with one (`private_key_jwt`): the key of the flag, else of the
 * file that the configuration names, else what `setup` or the last sign-in sealed. `undefined` for a client that shows
 * a secret, or is public.
 *
 * Throws a `ConfigurationError` where a key is demanded and there is none, or the server does not take it.
 *
 * @see [OpenID Connect Core §9](https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication)
 */
export async function keyedClient(
  settings: RegisteredSettings,
  provider: ResolvedProvider,
  store: AccountStore,
  context: Context,
): Promise<OAuthClient | undefined> {
  const configured = settings.configuration.client_authentication;
  if (configured !== undefined && configured !== 'private_key_jwt') {
    return undefined;
  }
  const key = await keyOf(settings, provider, store, context);
  if (key !== undefined) {
    return {
      clientId: settings.clientId,
      clientAuthentication: 'private_key_jwt',
      clientKey: key,
      assertionAudience: assertionAudience(provider),
    };
  }
  const offered = provider.metadata.token_endpoint_auth_methods_supported;
  const isDemanded =
    configured === 'private_key_jwt' ||
    (provider.clientAuthentication === 'private_key_jwt' && !offered?.includes('none'));
  if (!isDemanded) {
    return undefined;
  }
  throw missingKey(settings, provider, 'as private_key_jwt needs');
}

/**
 * The client with the private key that it signs its requests with, where they are request objects; the same client
 * otherwise. It authenticates by what it has been found to use. Throws as `keyedClient` does.
 *
 * @see [RFC 9101 §4](https://www.rfc-editor.org/rfc/rfc9101.html#section-4)
 */
export async function signingClient(
  client: OAuthClient,
  settings: RegisteredSettings,
  provider: ResolvedProvider,
  store: AccountStore,
  context: Context,
): Promise<OAuthClient> {
  if (client.clientKey !== undefined || settings.device || !isRequestObject(provider, settings.signs)) {
    return client;
  }
  const key = await keyOf(settings, provider, store, context);
  if (key === undefined) {
    throw missingKey(settings, provider, 'as a signed request needs');
  }
  return { ...client, clientKey: key };
}

function missingKey(
  settings: RegisteredSettings,
  { label }: ResolvedProvider,
  why: string,
): ConfigurationError {
  return new ConfigurationError(
    'config_missing_key',
    `there is no key to sign requests to ${label} with, ${why}`,
    {
      hint: `give the private key with --key-file FILE, or have one made: oauth-login setup ${signInTarget(settings)} --generate-key`,
    },
  );
}

async function keyOf(
  settings: RegisteredSettings,
  provider: ResolvedProvider,
  store: AccountStore,
  context: Context,
): Promise<Secret | undefined> {
  const flag = settings.keyFile;
  const file = flag ?? settings.configuration.client_key_file;
  if (file === undefined) {
    return knownClientKey({ issuer: provider.metadata.issuer, clientId: settings.clientId }, store);
  }
  const source = { what: 'the private key', flag: flag === undefined ? 'client_key_file' : '--key-file' };
  const text = await readSecretText(file, context, source);
  return clientKeyOf(
    text,
    sourceName(file),
    provider.metadata.token_endpoint_auth_signing_alg_values_supported,
  );
}
