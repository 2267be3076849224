import type { Context } from '../ground/context.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { jsonText } from '../output/json.ts';
import {
  type ProviderRow,
  providerDocument,
  providerListText,
  providerText,
} from '../output/provider-text.ts';
import { catalogue } from '../providers/catalogue.ts';
import { type Configuration, readConfiguration } from '../settings/configuration.ts';
import { loginSettings } from '../settings/login-settings.ts';
import { registeredRedirectUri } from '../settings/redirect-uri.ts';
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
  const rows = knownNames(configuration).map((known) => providerRow(known, configuration));
  context.stdout.write(
    flags.json
      ? jsonText(
          rows.map(({ name: known, label, issuer, isPreset, hasClient }) => ({
            name: known,
            label,
            issuer,
            preset: isPreset,
            client_id_configured: hasClient,
          })),
        )
      : providerListText(rows),
  );
}

/** A line of the list; the file of a provider stays unread unless the configuration changes what is shown. */
function providerRow(name: string, configuration: Configuration): ProviderRow {
  const entry = configuration.providers.get(name);
  const isChanged = ['preset', 'label', 'issuer', 'host', 'tenant'].some((key) => key in (entry ?? {}));
  const indexed = isChanged ? undefined : catalogue.rowOf(name);
  const { label, issuer } = indexed ?? chooseTarget(name, {}, configuration).provider;
  return {
    name,
    label,
    issuer,
    isPreset: catalogue.has(name),
    hasClient: entry?.client_id !== undefined,
  };
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
