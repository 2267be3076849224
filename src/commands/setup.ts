import type { Context } from '../context.ts';
import { ConfigurationError, UsageError } from '../errors.ts';
import { readClientFile } from '../providers/client-file.ts';
import { foreignTokenOrigin } from '../providers/origins.ts';
import { resolveProvider } from '../providers/resolve.ts';
import type { Secret } from '../secrets/secret.ts';
import { readSecretFile } from '../secrets/secret-file.ts';
import {
  configurationFile,
  PROVIDER_NAME,
  readConfiguration,
  writeProviderConfiguration,
} from '../settings/configuration.ts';
import {
  type LoginFlags,
  type LoginSettings,
  loginSettings,
  registeredRedirectUri,
} from '../settings/login-settings.ts';
import { isInteractive } from '../system/presence.ts';
import { guideRegistration, saveClient } from './guide-registration.ts';
import { httpOptions, signalled } from './http-options.ts';

/** The flags of `setup`. */
export interface SetupFlags extends LoginFlags {
  readonly from?: string;
}

/** `oauth-login setup`: registers a client, from a downloaded file, from flags, or guided at a terminal. */
export async function setup(name: string, flags: SetupFlags, context: Context): Promise<void> {
  const configuration = await readConfiguration(context.paths);
  if (flags.issuer !== undefined && !PROVIDER_NAME.test(name)) throw invalidName(name);
  const settings = loginSettings(name, flags, context.env, configuration);
  if (flags.from !== undefined) return importClient(flags.from, settings, context);
  const checked = flags.issuer === undefined ? settings : await checkIssuer(settings, flags, context);
  if (flags.clientId === undefined && isInteractive(context)) {
    await guideRegistration(checked, context);
    return;
  }
  if (flags.clientId === undefined) {
    throw new ConfigurationError(
      'config_missing_client_id',
      `setup needs a client id for ${settings.provider.label}`,
      {
        hint: `run it in a terminal, or give --client-id (and --client-secret-file); the redirect URI to register is ${registeredRedirectUri(settings.redirect)}`,
      },
    );
  }
  const secret = await givenSecret(flags, settings, context);
  await saveClient(withOwnSettings(checked, flags), flags.clientId, secret, context);
  saved(checked, context);
}

async function importClient(file: string, settings: LoginSettings, context: Context): Promise<void> {
  const client = readClientFile(file, settings.provider);
  const redirect = client.redirectUri === undefined ? {} : { redirect_uri: client.redirectUri };
  const own = { ...settings, configuration: { ...settings.configuration, ...redirect } };
  await saveClient(own, client.clientId, client.clientSecret, context);
  saved(settings, context);
}

/** Looks at the metadata before anything is saved, so that a mistyped issuer shows now and not at the first sign-in. */
async function checkIssuer(
  settings: LoginSettings,
  flags: SetupFlags,
  context: Context,
): Promise<LoginSettings> {
  const http = await context.openHttp(httpOptions({ ...settings, ...flags }, context));
  try {
    const fetch = signalled(http.fetch, context.signal);
    const { allowHttpLoopback } = settings;
    const provider = await resolveProvider(settings.provider, { fetch, allowHttpLoopback });
    // The issuer was named exactly, so a token endpoint on another origin is part of what was asked for.
    const origin = foreignTokenOrigin(provider);
    const own = origin === undefined ? {} : { token_endpoint_origin: origin };
    if (origin !== undefined) {
      context.stderr.write(`note: ${provider.label} gives its tokens at ${origin}; that is remembered.\n`);
    }
    await writeProviderConfiguration(context.paths, settings.provider.name, {
      issuer: settings.provider.issuer,
      ...own,
    });
    return {
      ...settings,
      configuration: { ...settings.configuration, issuer: settings.provider.issuer, ...own },
    };
  } finally {
    await http.close();
  }
}

function withOwnSettings(settings: LoginSettings, flags: SetupFlags): LoginSettings {
  return {
    ...settings,
    configuration: {
      ...settings.configuration,
      ...(flags.redirectUri === undefined ? {} : { redirect_uri: flags.redirectUri }),
      ...(flags.scope === undefined ? {} : { scopes: settings.scopes }),
    },
  };
}

async function givenSecret(
  flags: SetupFlags,
  settings: LoginSettings,
  context: Context,
): Promise<Secret | undefined> {
  if (flags.clientSecretFile !== undefined) return readSecretFile(flags.clientSecretFile, context);
  if (settings.clientSecret !== undefined) return settings.clientSecret;
  if (settings.provider.clientSecret !== 'required' || !isInteractive(context)) return undefined;
  const prompts = await context.openPrompts();
  return prompts.secret('Client secret (not shown, stored sealed)');
}

function saved(settings: LoginSettings, context: Context): void {
  context.stdout.write(
    `Saved the client for ${settings.provider.label} in ${configurationFile(context.paths)}.\nSign in with: oauth-login ${settings.target}\n`,
  );
}

function invalidName(name: string): UsageError {
  return new UsageError('usage_invalid', `${JSON.stringify(name)} cannot be the name of a provider`, {
    hint: 'use small letters, digits, ".", "_" and "-", beginning with a letter or digit, for example work-sso',
  });
}
