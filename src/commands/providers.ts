import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { ConfigurationError, UsageError } from '../ground/errors.ts';
import { jsonText } from '../output/json.ts';
import {
  filteredRows,
  type ProviderFilter,
  type ProviderRow,
  providerListText,
} from '../output/provider-list.ts';
import { providerDocument, providerText } from '../output/provider-text.ts';
import { problemText } from '../output/text.ts';
import { catalogue } from '../providers/catalogue.ts';
import { indexRow } from '../providers/provider-index-row.ts';
import { type Configuration, readConfiguration } from '../settings/configuration.ts';
import { loginSettings } from '../settings/login-settings.ts';
import { addedProvider, knownNames, namedPreset } from '../settings/named-preset.ts';
import { registeredRedirectUri } from '../settings/redirect-uri.ts';
import { signInTarget } from '../settings/sign-in-target.ts';
import { chooseTarget } from '../settings/target.ts';

/** The flags of `providers`. */
export interface ProvidersFlags extends ProviderFilter {
  readonly json?: boolean;
  readonly host?: string;
  readonly tenant?: string;
}

/**
 * `oauth-login providers`: the catalogue and what the user defined, or one provider in full.
 *
 * Throws a `UsageError` when no provider fits what was searched for.
 */
export async function providers(
  name: string | undefined,
  flags: ProvidersFlags,
  context: Context,
): Promise<void> {
  const configuration = await ownConfiguration(context);
  if (name !== undefined) {
    const shown = withShownInstance(name, flags, configuration);
    if (shown.host !== flags.host) {
      context.stderr.write(HOST_NOTE);
    }
    if (shown.tenant !== flags.tenant) {
      context.stderr.write(TENANT_NOTE);
    }
    const settings = loginSettings(name, shown, context.env, configuration);
    const redirectUri = registeredRedirectUri(settings.redirect);
    const { selfRegistration: own } = settings.provider;
    const facts = {
      redirectUri,
      signIn: signInTarget(settings),
      ...defined({ clientId: settings.clientId ?? (own?.kind === 'any' ? own.client_id : undefined) }),
    };
    context.stdout.write(
      flags.json
        ? jsonText(providerDocument(settings.provider, facts))
        : providerText(settings.provider, facts, context.stdout.columns),
    );
    return;
  }
  for (const problem of configuration.added?.values() ?? []) {
    if (problem instanceof Error) {
      context.stderr.write(problemText('warning', problem));
    }
  }
  const all = knownNames(configuration)
    .filter((known) => !(configuration.added?.get(known) instanceof Error))
    .map((known) => providerRow(known, configuration));
  const rows = filteredRows(all, flags);
  if (rows.length === 0) {
    throw nothingFound(flags);
  }
  const { stdout } = context;
  stdout.write(
    flags.json
      ? jsonText(rows.map(rowDocument))
      : providerListText(rows, stdout.isTTY ? stdout.columns || 80 : undefined),
  );
}

const HOST_NOTE =
  'note: server.example stands for the host of your own server; give it with --host, for example --host git.example.com\n';
const TENANT_NOTE = 'note: my-id stands for your own tenant; give it with --tenant\n';

/** A provider that people host themselves is shown without its host too: then a host that cannot exist stands there. */
function withShownInstance(
  name: string,
  flags: ProvidersFlags,
  configuration: Configuration,
): ProvidersFlags {
  const entry = configuration.providers.get(name.toLowerCase());
  const preset = namedPreset(entry?.preset ?? name.toLowerCase(), configuration);
  if (preset === undefined || entry?.issuer !== undefined) {
    return flags;
  }
  const needsHost = preset.hosts?.default === '' && (flags.host ?? entry?.host) === undefined;
  const needsTenant =
    preset.tenantNames === 'exact' && !preset.tenant && (flags.tenant ?? entry?.tenant) === undefined;
  if (!needsHost && !needsTenant) {
    return flags;
  }
  return {
    ...flags,
    ...defined({
      host: needsHost ? 'server.example' : flags.host,
      tenant: needsTenant ? 'my-id' : flags.tenant,
    }),
  };
}

function nothingFound({ search = '', device }: ProviderFilter): UsageError {
  const what = [...(search === '' ? [] : [JSON.stringify(search)]), ...(device ? ['--device'] : [])];
  return new UsageError('usage_unknown_provider', `no provider is known for ${what.join(' with ')}`, {
    hint: 'oauth-login providers lists all; an OpenID provider needs no entry: oauth-login https://issuer.example',
  });
}

function rowDocument({ isPreset, hasClient, ...row }: ProviderRow): Record<string, unknown> {
  const { name, label, issuer, group, aliases, abilities } = row;
  return {
    name,
    label,
    issuer,
    group: group ?? null,
    aliases,
    abilities,
    preset: isPreset,
    client_id_configured: hasClient,
  };
}

/** A line of the list; the file of a provider stays unread unless the configuration changes what is shown. */
function providerRow(name: string, configuration: Configuration): ProviderRow {
  const entry = configuration.providers.get(name);
  const isChanged = ['preset', 'label', 'issuer', 'host', 'tenant'].some((key) => key in (entry ?? {}));
  const own = addedProvider(name, configuration.added);
  const indexed = own === undefined ? catalogue.rowOf(name) : indexRow(name, own.file);
  const { label, issuer } =
    (isChanged ? undefined : indexed) ?? chooseTarget(name, {}, configuration).provider;
  return {
    name,
    label,
    issuer,
    ...defined({ group: indexed?.group }),
    aliases: indexed?.aliases ?? [],
    abilities: indexed?.abilities ?? [],
    isPreset: own === undefined && indexed !== undefined,
    hasClient: entry?.client_id !== undefined,
  };
}

/** The catalogue can be read where there is no place for files of the user's own. */
async function ownConfiguration({ paths }: Context): Promise<Configuration> {
  try {
    return await readConfiguration(paths);
  } catch (error) {
    if (error instanceof ConfigurationError && error.code === 'config_no_home') {
      return { providers: new Map() };
    }
    throw error;
  }
}
