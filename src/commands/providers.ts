import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { UsageError } from '../ground/errors.ts';
import { jsonText } from '../output/json.ts';
import {
  filteredRows,
  type ProviderFilter,
  type ProviderRow,
  providerListText,
} from '../output/provider-list.ts';
import { providerDocument, providerText } from '../output/provider-text.ts';
import { problemText } from '../output/text.ts';
import type { Configuration } from '../settings/configuration.ts';
import { loginSettings } from '../settings/login-settings.ts';
import { registeredRedirectUri } from '../settings/redirect-uri.ts';
import { signInTarget } from '../settings/sign-in-target.ts';
import { missingInstance } from './missing-instance.ts';
import { ownConfiguration, providerRows } from './provider-rows.ts';

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
  const rows = filteredRows(providerRows(configuration), flags);
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
  const missing = missingInstance(name, flags, configuration);
  return {
    ...flags,
    ...defined({
      host: missing.host ? 'server.example' : flags.host,
      tenant: missing.tenant ? 'my-id' : flags.tenant,
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
