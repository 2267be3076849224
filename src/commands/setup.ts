import { resolve } from 'node:path';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { AuthorizationServerError, ConfigurationError, NetworkError } from '../ground/errors.ts';
import { isInteractive } from '../ground/presence.ts';
import type { Secret } from '../ground/secret.ts';
import { jsonText } from '../output/json.ts';
import {
  clientFileNote,
  type KindOfClient,
  madeKeyText,
  removedClientText,
  replacedClientText,
  savedClientText,
} from '../output/registration.ts';
import { setupNotes } from '../output/setup-note-text.ts';
import { writeWords } from '../output/write-words.ts';
import type { Provider } from '../providers/provider.ts';
import { registrationClause } from '../providers/registration-clause.ts';
import { readSecretFile } from '../secrets/secret-file.ts';
import { readClientFile } from '../settings/client-file.ts';
import { readConfiguration } from '../settings/configuration.ts';
import { configurationFile } from '../settings/configuration-file.ts';
import type { LoginFlags } from '../settings/login-flags.ts';
import { type LoginSettings, loginSettings } from '../settings/login-settings.ts';
import { registeredRedirectUri } from '../settings/redirect-uri.ts';
import { signInTarget } from '../settings/sign-in-target.ts';
import { clientVariables } from '../settings/variables.ts';
import { askForSecret } from '../setup/ask-for-client.ts';
import { type CheckedTarget, checkTarget } from '../setup/check-target.ts';
import { refuseClientId } from '../setup/client-id-problem.ts';
import { guideRegistration } from '../setup/guide-registration.ts';
import { registerByTool } from '../setup/register-by-tool.ts';
import { removeClient } from '../setup/remove-client.ts';
import { kindOfClient, saveClient } from '../setup/save-client.ts';
import type { RegisteredSettings } from '../sign-in/stages.ts';
import { refuseTakenName } from './taken-name.ts';

/** The flags of `setup`. */
export interface SetupFlags extends LoginFlags {
  readonly from?: string;
  /** This tool registers itself, without a question. */
  readonly register?: boolean;
  /** Delete the client here, and at the server where this tool registered it. */
  readonly remove?: boolean;
  /** With `remove`: delete it here also where the server cannot be asked. */
  readonly forget?: boolean;
  /** Make a private key for the client, keep it sealed, and print its public half. */
  readonly generateKey?: boolean;
  /** The method of PKCE that the server supports although its metadata does not list it. */
  readonly codeChallengeMethod?: 'S256';
}

/**
 * `oauth-login setup`: registers a client, from a downloaded file, from flags, or guided at a terminal. Nothing is
 * saved before everything is known and checked.
 */
export async function setup(name: string, flags: SetupFlags, context: Context): Promise<void> {
  const configuration = await readConfiguration(context.paths);
  if (flags.issuer !== undefined) {
    await refuseTakenName(name, flags.issuer, configuration, context);
  }
  const settings = withOwnSettings(loginSettings(name, flags, context.env, configuration), flags);
  if (flags.remove) {
    return removeAndTell(settings, flags, context);
  }
  if (flags.clientId !== undefined) {
    refuseClientId(flags.clientId, settings.provider);
  }
  if (flags.from !== undefined) {
    return importClient(flags.from, settings, context);
  }
  const note = setupNotes(context);
  const checked = await checkTarget(await withGivenSecret(settings, context), context, note);
  const registered = await registerByTool(checked, flags, { context, note });
  if (registered !== undefined) {
    return saved(checked, await kindOfClient(registered, context), context);
  }
  if (flags.clientId === undefined && isInteractive(context)) {
    const registered = await guideRegistration(checked, context);
    return saved(checked, await kindOfClient(registered, context), context);
  }
  const { clientId } = checked;
  if (clientId === undefined) {
    throw missingClientId(settings);
  }
  const before = settings.configuration.client_id;
  if (before !== undefined && before !== clientId) {
    context.stderr.write(replacedClientText(checked.provider.label, before));
  }
  if (flags.generateKey) {
    return makeKey({ ...checked, clientId }, context);
  }
  const secret = await secretFor({ ...checked, clientId }, context);
  const given = defined({ clientSecret: secret });
  await saveClient(checked, { clientId, ...given }, context);
  if (flags.keyFile !== undefined) {
    return saved(checked, 'with a key', context);
  }
  const kind = await kindOfClient({ ...checked, clientId, ...given }, context);
  if (kind === 'public' && checked.provider.clientSecret === 'required') {
    context.stderr.write(missingSecretText(checked.provider));
  }
  saved(checked, kind, context);
}

/** Makes the key of the client, keeps it sealed, and prints what has to be registered at the server. */
async function makeKey(
  checked: CheckedTarget & { readonly clientId: string },
  context: Context,
): Promise<void> {
  const { newClientKey, publicKeysOf } = await import('../protocol/client-key.ts');
  const clientKey = newClientKey(checked.clientSigningAlgorithms);
  const { client_key_file: _file, ...others } = checked.configuration;
  const configuration = { ...others, client_authentication: 'private_key_jwt' as const };
  await saveClient({ ...checked, configuration }, { clientId: checked.clientId, clientKey }, context);
  const keys = publicKeysOf(clientKey);
  if (checked.json) {
    context.stdout.write(
      jsonText({ provider: checked.provider.name, client_id: checked.clientId, jwks: keys }),
    );
    return;
  }
  saved(checked, 'with a key', context);
  context.stdout.write(madeKeyText(checked.provider.label, jsonText(keys)));
}

async function removeAndTell(settings: LoginSettings, flags: SetupFlags, context: Context): Promise<void> {
  try {
    const removed = await removeClient(settings, flags, context);
    writeWords(context, removedClientText(settings.provider, removed), 'done');
  } catch (error) {
    const isAtServer = error instanceof NetworkError || error instanceof AuthorizationServerError;
    if (isAtServer) {
      const command = `oauth-login setup ${signInTarget(settings)} --remove --forget`;
      context.stderr.write(`note: nothing was removed; to remove it from this machine only: ${command}\n`);
    }
    throw error;
  }
}

async function importClient(file: string, settings: LoginSettings, context: Context): Promise<void> {
  const client = await readClientFile(file, settings.provider, context);
  const redirect = defined({ redirect_uri: client.redirectUri });
  const own = { ...settings, configuration: { ...settings.configuration, ...redirect } };
  await saveClient(own, client, context);
  saved(settings, 'confidential', context);
  context.stderr.write(clientFileNote(file));
}

function withOwnSettings(settings: LoginSettings, flags: SetupFlags): LoginSettings {
  const { provider } = settings;
  const supportsS256 = flags.codeChallengeMethod === 'S256';
  return {
    ...settings,
    ...(supportsS256
      ? { provider: { ...provider, quirks: [...provider.quirks, 's256-not-advertised'] } }
      : {}),
    configuration: {
      ...settings.configuration,
      ...(flags.keyFile === undefined
        ? {}
        : { client_key_file: resolve(flags.keyFile), client_authentication: 'private_key_jwt' as const }),
      ...defined({
        redirect_uri: flags.redirectUri,
        code_challenge_method: supportsS256 ? 'S256' : undefined,
        scopes: flags.scope === undefined ? undefined : settings.scopes,
      }),
    },
  };
}

async function withGivenSecret(settings: LoginSettings, context: Context): Promise<LoginSettings> {
  if (settings.clientSecretFile === undefined) {
    return settings;
  }
  return { ...settings, clientSecret: await readSecretFile(settings.clientSecretFile, context) };
}

/** The secret that was given. Where the provider requires one, a person is asked for it. */
async function secretFor(settings: RegisteredSettings, context: Context): Promise<Secret | undefined> {
  const { provider, clientSecret } = settings;
  if (clientSecret !== undefined || provider.clientSecret !== 'required') {
    return clientSecret;
  }
  return isInteractive(context) ? askForSecret(settings, await context.openPrompts(), context) : undefined;
}

function missingSecretText(provider: Provider): string {
  return `note: ${provider.label} also needs a client secret: give it with --client-secret-file, or set ${clientVariables(provider).secret} when you sign in.\n`;
}

function saved(settings: LoginSettings, kind: KindOfClient, context: Context): void {
  const { provider, host, tenant } = settings;
  // As the configuration holds it now.
  const configured = {
    ...settings,
    target: settings.preset === undefined && host === undefined ? settings.target : provider.name,
    configuration: {
      ...settings.configuration,
      ...defined({ host, tenant }),
    },
    issuerNamed: false,
    isClientNamed: false,
  };
  const file = configurationFile(context.paths);
  writeWords(context, savedClientText(provider.label, kind, file, signInTarget(configured)), 'done');
}

function missingClientId({ provider, redirect, device }: LoginSettings): ConfigurationError {
  return new ConfigurationError('config_missing_client_id', `setup needs a client ID for ${provider.label}`, {
    hint: `${registrationClause(provider, registeredRedirectUri(redirect), device)}, then give --client-id${provider.clientSecret === 'required' ? ' and --client-secret-file' : ''}; in a terminal, setup guides you`,
  });
}
