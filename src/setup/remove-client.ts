import { join } from 'node:path';
import { openClientSecrets } from '../accounts/client-secrets.ts';
import type { Context } from '../ground/context.ts';
import { ConfigurationError, OAuthLoginError } from '../ground/errors.ts';
import { httpOptions, signalled } from '../ground/http-options.ts';
import { deleteRegistration } from '../protocol/client-registration.ts';
import { readUserConfiguration } from '../settings/configuration.ts';
import { removeClientConfiguration } from '../settings/configuration-change.ts';
import type { LoginSettings } from '../settings/login-settings.ts';

/** What happened to a client that was removed. */
export interface RemovedClient {
  readonly clientId: string;
  /** The client was deleted at the server too, which is possible only where this tool registered it. */
  readonly isDeletedThere: boolean;
}

/**
 * Removes the client of a provider from this machine, and from the server where this tool registered it. Throws a
 * `ConfigurationError` when no client is saved, and any error of the deletion. Then everything stays, unless
 * `forget` is set.
 *
 * @see [RFC 7592 §2.3](https://www.rfc-editor.org/rfc/rfc7592.html#section-2.3)
 */
export async function removeClient(
  settings: LoginSettings,
  { forget = false }: { readonly forget?: boolean },
  context: Context,
): Promise<RemovedClient> {
  const { provider, configuration } = settings;
  const clientId = configuration.client_id;
  if (clientId === undefined) {
    throw new ConfigurationError('config_missing_client_id', `no client is saved for ${provider.label}`, {
      hint: 'to see which providers have one: oauth-login providers',
    });
  }
  await refuseMachineClient(provider.name, context);
  const sealed = openClientSecrets(context);
  const reference = { issuer: provider.issuer, clientId };
  const isDeletedThere = await deleteThere(settings, reference, forget, context);
  sealed.removeClientSecret(reference);
  await removeClientConfiguration(context, provider.name);
  return { clientId, isDeletedThere };
}

/** What the administrator has set can be removed by the administrator alone. */
async function refuseMachineClient(name: string, { paths }: Context): Promise<void> {
  const { providers } = await readUserConfiguration(paths);
  if (paths.machine === undefined || providers.get(name)?.client_id !== undefined) {
    return;
  }
  const file = join(paths.machine.directory, 'config.json');
  throw new ConfigurationError('config_invalid_value', `the client of ${name} is set in ${file}`, {
    hint: 'the administrator of this machine can remove it there; your own config.json can name another client_id',
  });
}

/**
 * Whether the client was deleted at the server; `false` when this tool did not register it, or when it is only
 * forgotten.
 */
async function deleteThere(
  settings: LoginSettings,
  reference: { readonly issuer: string; readonly clientId: string },
  forget: boolean,
  context: Context,
): Promise<boolean> {
  try {
    const management = await openClientSecrets(context).readManagement(reference);
    if (management === undefined) {
      return false;
    }
    const http = await context.openHttp(httpOptions(settings, context));
    try {
      await deleteRegistration(management, settings.provider.label, signalled(http.fetch, context.signal));
      return true;
    } finally {
      await http.close();
    }
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof OAuthLoginError)) {
      throw error;
    }
    if (forget) {
      return false;
    }
    throw error;
  }
}
