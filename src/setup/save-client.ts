import { openAccountStore } from '../accounts/account-store.ts';
import { type ClientToKeep, openClientSecrets } from '../accounts/client-secrets.ts';
import { knownSecret } from '../accounts/known-secret.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { StoreError } from '../ground/errors.ts';
import { storeQuestions } from '../output/sign-in-questions.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import { writeProviderConfiguration } from '../settings/configuration-change.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { chooseStore } from '../sign-in/choose-store.ts';
import type { RegisteredSettings } from '../sign-in/stages.ts';

/** Keeps a client: the secret sealed, the identifier in the configuration file. Gives the store that was chosen for the secret. */
export async function saveClient(
  settings: LoginSettings,
  client: Omit<ClientToKeep, 'caFile'> & { readonly clientId: string },
  context: Context,
): Promise<StoreKind | undefined> {
  const { provider } = settings;
  const { clientId, clientSecret, clientKey, management, isMadeByTool } = client;
  const sealed = openClientSecrets(context);
  const reference = { provider: provider.name, issuer: provider.issuer, clientId };
  const isSealed = clientSecret !== undefined || clientKey !== undefined || management !== undefined;
  if (!isSealed && !isMadeByTool) {
    await writeClient(settings, clientId, context);
    return undefined;
  }
  const store = await chooseStore(
    settings.store === 'none' ? undefined : settings.store,
    storeQuestions(context),
    context,
  );
  const isNew = !sealed.hasClientSecret(reference);
  await sealed.writeRegisteredClient(
    reference,
    { ...client, ...defined({ caFile: settings.caFile }) },
    store,
  );
  try {
    await writeClient(settings, clientId, context);
  } catch (error) {
    // A setup that fails leaves nothing behind.
    if (isNew) {
      sealed.removeClientSecret(reference);
    }
    throw error;
  }
  return store;
}

async function writeClient(
  { provider, configuration, preset, host, tenant }: LoginSettings,
  clientId: string,
  context: Context,
): Promise<void> {
  await writeProviderConfiguration(context, provider.name, {
    ...configuration,
    ...defined({ preset, host, tenant }),
    client_id: clientId,
  });
}

/** Whether the client has a secret, given now or sealed before. A secret that cannot be opened counts as none. */
export async function kindOfClient(
  settings: RegisteredSettings,
  context: Context,
): Promise<'public' | 'confidential'> {
  if (settings.clientSecret !== undefined) {
    return 'confidential';
  }
  const client = { issuer: settings.provider.issuer, clientId: settings.clientId };
  try {
    const sealed = await knownSecret(client, {}, openAccountStore(context), context);
    return sealed === undefined ? 'public' : 'confidential';
  } catch (error) {
    if (error instanceof StoreError) {
      return 'public';
    }
    throw error;
  }
}
