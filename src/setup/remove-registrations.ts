import type { AccessSession } from '../access/access-session.ts';
import type { AccountHead } from '../accounts/account.ts';
import { unreadableAccount } from '../accounts/accounts-of-client.ts';
import { openClientSecrets } from '../accounts/client-secrets.ts';
import { type KeptClient, listKeptClients } from '../accounts/kept-clients.ts';
import { defined } from '../ground/defined.ts';
import { variableText } from '../ground/environment.ts';
import { OAuthLoginError } from '../ground/errors.ts';
import { networkOf, signalled } from '../ground/http-options.ts';
import { deleteRegistration } from '../protocol/client-registration.ts';
import { readUserConfiguration } from '../settings/configuration.ts';
import { removeClientConfiguration } from '../settings/configuration-change.ts';

/** How clients are removed. */
interface RemovalWish {
  readonly forget: boolean;
  /** These of them; all, when absent. */
  readonly clients?: readonly KeptClient[];
  /** The configuration is not changed: the caller removes all of it. */
  readonly leavesConfiguration?: boolean;
}

/** What happened to a client that this tool registered. */
export interface RemovedRegistration {
  readonly client: KeptClient;
  /**
   * `deleted`: at the server, too. `not-offered`: the server gave no address or no token to delete it with. `in-use`:
   * an account that was not signed out needs the client.
   */
  readonly registration: 'deleted' | 'not-offered' | 'in-use' | 'failed';
  /** Why it could not be deleted at the server. */
  readonly error?: OAuthLoginError;
  /** Whether the client was deleted here. */
  readonly isForgotten: boolean;
}

/**
 * Gives the clients that this tool registered for accounts that were signed out, and that no account uses any more.
 *
 * Throws a `StoreError` or a `ConfigurationError` when something here cannot be read.
 */
export async function unusedRegistrations(
  signedOut: readonly AccountHead[],
  access: AccessSession,
): Promise<readonly KeptClient[]> {
  const isInUse = await useOfClients(access);
  return listKeptClients(access.context).filter(
    (client) => client.isMadeByTool && signedOut.some((head) => isOf(head, client)) && !isInUse(client),
  );
}

/**
 * Deletes every client that this tool registered, or these of them, at its server and here; clients that a person
 * registered stay. A client that the server did not delete stays here as well, unless `forget` is set and the server was to be asked.
 *
 * Throws a `StoreError` or a `ConfigurationError` when something here cannot be read or changed, and an `AbortedError`.
 *
 * @see [RFC 7592 §2.3](https://www.rfc-editor.org/rfc/rfc7592.html#section-2.3)
 */
export async function removeRegistrations(
  { forget, clients, leavesConfiguration = false }: RemovalWish,
  access: AccessSession,
): Promise<readonly RemovedRegistration[]> {
  const isInUse = await useOfClients(access);
  const removed: RemovedRegistration[] = [];
  for (const client of clients ?? listKeptClients(access.context)) {
    if (!client.isMadeByTool) {
      continue;
    }
    removed.push(
      isInUse(client)
        ? { client, registration: 'in-use', isForgotten: false }
        : await removeRegistration(client, { forget, leavesConfiguration }, access),
    );
  }
  return removed;
}

const isOf = ({ issuer, clientId }: AccountHead, client: KeptClient) =>
  issuer === client.issuer && clientId === client.clientId;

/** Tells whether an account needs a client, or may need it. */
async function useOfClients({ store }: AccessSession): Promise<(client: KeptClient) => boolean> {
  const { accounts, problems } = await store.list();
  return (client) =>
    accounts.some((head) => isOf(head, client)) || unreadableAccount(client, problems) !== undefined;
}

async function removeRegistration(
  client: KeptClient,
  { forget, leavesConfiguration }: Pick<RemovalWish, 'forget' | 'leavesConfiguration'>,
  access: AccessSession,
): Promise<RemovedRegistration> {
  const forgetClient = leavesConfiguration ? forgetSecret : forgetSecretAndConfiguration;
  try {
    if (!(await deleteAtServer(client, access))) {
      return { client, registration: 'not-offered', isForgotten: false };
    }
  } catch (error) {
    access.context.signal.throwIfAborted();
    if (!(error instanceof OAuthLoginError)) {
      throw error;
    }
    if (forget) {
      await forgetClient(client, access);
    }
    return { client, registration: 'failed', error, isForgotten: forget };
  }
  await forgetClient(client, access);
  return { client, registration: 'deleted', isForgotten: true };
}

/** Whether the server was asked; it was not where it gave no way to delete the client. */
async function deleteAtServer(client: KeptClient, { context, trace }: AccessSession): Promise<boolean> {
  const management = await openClientSecrets(context).readManagement(client);
  if (management === undefined) {
    return false;
  }
  const { caFile } = management;
  // An address without TLS was kept only where the person allowed that.
  const allowHttpLoopback = new URL(management.uri).protocol === 'http:';
  const extraCaFile = variableText(context.env, 'NODE_EXTRA_CA_CERTS');
  const http = await context.openHttp(
    networkOf({ allowHttpLoopback, ...defined({ caFile, extraCaFile }) }, trace),
  );
  try {
    await deleteRegistration(management, client.provider, signalled(http.fetch, context.signal));
    return true;
  } finally {
    await http.close();
  }
}

async function forgetSecret(client: KeptClient, { context }: AccessSession): Promise<void> {
  openClientSecrets(context).removeClientSecret(client);
}

async function forgetSecretAndConfiguration(client: KeptClient, access: AccessSession): Promise<void> {
  const { context } = access;
  await forgetSecret(client, access);
  const { providers } = await readUserConfiguration(context.paths);
  if (providers.get(client.provider)?.client_id === client.clientId) {
    await removeClientConfiguration(context, client.provider);
  }
}
