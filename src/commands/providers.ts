import type { Context } from '../context.ts';
import { ConfigurationError } from '../errors.ts';
import { jsonText } from '../output/json.ts';
import { providerDocument, providerListText, providerText } from '../output/provider-text.ts';
import { catalogue } from '../providers/catalogue.ts';
import { type Configuration, readConfiguration } from '../settings/configuration.ts';
import { loginSettings, registeredRedirectUri } from '../settings/login-settings.ts';
import { signInTarget } from '../settings/sign-in-target.ts';
import { chooseTarget, knownNames } from '../settings/target.ts';

/** `oauth-login providers`: the catalogue and what the user defined, or one provider in full. */
export async function providers(
  name: string | undefined,
  flags: { readonly json?: boolean; readonly host?: string; readonly tenant?: string },
  context: Context,
): Promise<void> {
  const configuration = await ownConfiguration(context);
  if (name !== undefined) {
    const settings = loginSettings(name, flags, context.env, configuration);
    const redirectUri = registeredRedirectUri(settings.redirect);
    const facts = {
      redirectUri,
      signIn: signInTarget(settings),
      ...(settings.clientId === undefined ? {} : { clientId: settings.clientId }),
    };
    context.stdout.write(
      flags.json
        ? jsonText(providerDocument(settings.provider, facts))
        : providerText(settings.provider, facts, context.stdout.columns),
    );
    return;
  }
  const rows = knownNames(configuration).map((known) => ({
    provider: chooseTarget(known, {}, configuration).provider,
    isPreset: catalogue.has(known),
    hasClient: configuration.providers.get(known)?.client_id !== undefined,
  }));
  context.stdout.write(
    flags.json
      ? jsonText(
          rows.map(({ provider, isPreset, hasClient }) => ({
            name: provider.name,
            label: provider.label,
            issuer: provider.issuer,
            preset: isPreset,
            client_id_configured: hasClient,
          })),
        )
      : providerListText(rows),
  );
}

/** The catalogue can be read where there is no place for files of the user's own. */
async function ownConfiguration({ paths }: Context): Promise<Configuration> {
  try {
    return await readConfiguration(paths);
  } catch (error) {
    if (error instanceof ConfigurationError && error.code === 'config_no_home')
      return { providers: new Map() };
    throw error;
  }
}
