import { openClientSecrets } from '../accounts/client-secrets.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { storeQuestions } from '../output/sign-in-questions.ts';
import type { RegisteredClient } from '../protocol/registered-client.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import { writeProviderConfiguration } from '../settings/configuration-change.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { chooseStore } from '../sign-in/choose-store.ts';

/** Keeps a client: the secret sealed, the identifier in the configuration file. Gives the store that was chosen for the secret. */
export async function saveClient(
  settings: LoginSettings,
  client: Omit<RegisteredClient, 'clientAuthentication'>,
  context: Context,
): Promise<StoreKind | undefined> {
  const { provider } = settings;
  const { clientId, clientSecret, management } = client;
  const sealed = openClientSecrets(context);
  const reference = { provider: provider.name, issuer: provider.issuer, clientId };
  if (clientSecret === undefined && management === undefined) {
    await writeClient(settings, clientId, context);
    return undefined;
  }
  const store = await chooseStore(
    settings.store === 'none' ? undefined : settings.store,
    storeQuestions(context),
    context,
  );
  const isNew = !sealed.hasClientSecret(reference);
  await sealed.writeRegisteredClient(reference, client, store);
  try {
    await writeClient(settings, clientId, context);
  } catch (error) {
    // A set-up that does not come to its end leaves nothing behind.
    if (isNew) sealed.removeClientSecret(reference);
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
