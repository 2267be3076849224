import type { AccountStore } from '../accounts/account-store.ts';
import { knownClientKey, knownSecret } from '../accounts/known-secret.ts';
import type { Session } from '../accounts/session.ts';
import type { Context } from '../ground/context.ts';
import { ConfigurationError } from '../ground/errors.ts';
import type { Secret } from '../ground/secret.ts';
import { assertionAudience } from '../protocol/client-assertion.ts';
import { type OAuthClient, otherAuthentication } from '../protocol/client-authentication.ts';
import { signingKeyOf } from '../protocol/client-key.ts';
import { missingCertificate } from '../protocol/missing-certificate.ts';
import { readSigningKey, type SigningKey } from '../protocol/signing-key.ts';
import { type ResolvedProvider, tlsClientAuthentications } from '../providers/provider.ts';
import { readSecretText, sourceName } from '../secrets/secret-file.ts';
import type { UnattendedClientAuthentication } from '../settings/unattended-client-authentication.ts';
import type { UnattendedSettings } from '../settings/unattended-settings.ts';
import { clientVariables } from '../settings/variables.ts';

/** The credential of a client that acts without a person; it is known before anything is sent. */
export interface UnattendedCredential {
  readonly clientId?: string;
  readonly secret?: Secret;
  readonly key?: SigningKey;
}

/**
 * Finds the client and its credential: flag > environment > configuration, or what `setup` sealed. Never asks.
 *
 * A token exchange can do without a client (RFC 8693 §2.1), and so can an assertion that was handed over (RFC 7521
 * §4.1). Throws a `ConfigurationError` that names the variables.
 */
export async function findUnattendedCredential(
  settings: UnattendedSettings,
  given: SigningKey | undefined,
  { context, store }: Pick<Session, 'context' | 'store'>,
): Promise<UnattendedCredential> {
  const { clientId, provider, clientAuthentication } = settings;
  const key = given ?? (await configuredKey(settings, store, context));
  const { id, secret: variable } = clientVariables(provider);
  if (clientId === undefined) {
    const isHandedOver = settings.grant === 'jwt-bearer' && settings.subjectToken.kind !== 'variable';
    if ((settings.grant === 'token-exchange' || isHandedOver) && key === undefined) {
      return {};
    }
    throw new ConfigurationError('config_missing_client_id', `there is no client ID for ${provider.label}`, {
      hint: `set ${id}, or give --client-id`,
    });
  }
  if (key !== undefined) {
    return { clientId, key };
  }
  const method = clientAuthentication ?? settings.configuration.client_authentication;
  const isByCertificate = method !== undefined && tlsClientAuthentications.includes(method);
  if (isByCertificate && settings.clientCertificate === undefined) {
    throw missingCertificate(provider.label, method);
  }
  if (clientAuthentication === 'none' || isByCertificate) {
    return { clientId };
  }
  const reference = { issuer: provider.issuer, clientId };
  const secret = await knownSecret(reference, settings, store, context);
  if (secret !== undefined) {
    return { clientId, secret };
  }
  const isCertified = settings.clientCertificate !== undefined;
  if ((settings.grant !== 'client-credentials' || isCertified) && clientAuthentication === undefined) {
    return { clientId };
  }
  throw new ConfigurationError(
    'config_missing_client_secret',
    `there is no client secret for ${provider.label}`,
    {
      hint: `set ${variable}, or give --client-secret-file FILE, or the client's key with --key-file FILE`,
    },
  );
}

/** The key of a client that is configured to sign with one: that of its file, or what `setup` or a sign-in sealed. */
async function configuredKey(
  { configuration, clientAuthentication, clientId, provider }: UnattendedSettings,
  store: AccountStore,
  context: Context,
): Promise<SigningKey | undefined> {
  const isKeyed = (clientAuthentication ?? configuration.client_authentication) === 'private_key_jwt';
  if (!isKeyed || clientId === undefined) {
    return undefined;
  }
  const file = configuration.client_key_file;
  if (file !== undefined) {
    const source = { what: 'the private key', flag: 'client_key_file' };
    return readSigningKey(await readSecretText(file, context, source), sourceName(file));
  }
  const kept = await knownClientKey({ issuer: provider.issuer, clientId }, store);
  return kept === undefined ? undefined : readSigningKey(signingKeyOf(kept), 'the store');
}

/** The client as it presents itself to the resolved provider. */
export function unattendedClient(
  settings: Pick<UnattendedSettings, 'configuration'> & {
    readonly clientAuthentication?: UnattendedClientAuthentication;
  },
  credential: UnattendedCredential,
  provider: ResolvedProvider,
): OAuthClient {
  const { clientId, secret, key } = credential;
  // The name never leaves this process.
  if (clientId === undefined) {
    return { clientId: 'nobody', clientAuthentication: 'none', anonymous: true };
  }
  const client = { clientId, clientAuthentication: 'none' } as const;
  const audience = assertionAudience(provider);
  if (key !== undefined) {
    return { ...client, assertion: { method: 'private_key_jwt', key, audience } };
  }
  if (secret === undefined) {
    return client;
  }
  const named = settings.clientAuthentication ?? settings.configuration.client_authentication;
  const method: UnattendedClientAuthentication = named ?? provider.clientAuthentication;
  if (method === 'client_secret_jwt') {
    return { ...client, assertion: { method, secret, audience } };
  }
  const shown = method === 'client_secret_basic' ? method : 'client_secret_post';
  const offered = provider.metadata.token_endpoint_auth_methods_supported;
  return {
    clientId,
    clientSecret: secret,
    clientAuthentication: shown,
    ...(named === undefined ? otherAuthentication(shown, offered) : {}),
  };
}
