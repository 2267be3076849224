import type { Context } from '../ground/context.ts';
import type { Secret } from '../ground/secret.ts';
import { readSecretFile } from '../secrets/secret-file.ts';
import type { AccountHead } from './account.ts';
import type { AccountStore, StoredAccounts } from './account-store.ts';
import type { ClientReference } from './client-secrets.ts';

/** Where a client secret was given for this run. */
export interface GivenSecret {
  readonly clientSecretFile?: string;
  readonly clientSecret?: Secret;
}

/** The secret of a client as flag, environment, `setup` or the last sign-in have it; never asks. */
export async function knownSecret(
  client: ClientReference,
  given: GivenSecret,
  store: AccountStore,
  context: Context,
): Promise<Secret | undefined> {
  if (given.clientSecretFile !== undefined) {
    return readSecretFile(given.clientSecretFile, context);
  }
  if (given.clientSecret !== undefined) {
    return given.clientSecret;
  }
  const sealed = await store.readClientSecret(client);
  if (sealed !== undefined) {
    return sealed;
  }
  const before = accountWithSecret(client, await store.list());
  return before === undefined ? undefined : (await store.readSecrets(before)).clientSecret;
}

/** The private key of a client as `setup` or the last sign-in sealed it. */
export async function knownClientKey(
  client: ClientReference,
  store: AccountStore,
): Promise<Secret | undefined> {
  const sealed = await store.readClientKey(client);
  if (sealed !== undefined) {
    return sealed;
  }
  const before = accountWithSecret(client, await store.list());
  return before?.clientAuthentication === 'private_key_jwt'
    ? (await store.readSecrets(before)).clientKey
    : undefined;
}

/** The account that this client, with a secret, has signed in. */
export function accountWithSecret(
  client: ClientReference,
  { accounts }: StoredAccounts,
): AccountHead | undefined {
  return accounts.find(
    (head) =>
      head.issuer === client.issuer &&
      head.clientId === client.clientId &&
      head.clientAuthentication !== 'none',
  );
}
