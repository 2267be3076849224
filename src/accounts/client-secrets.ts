import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { plainObject } from '../ground/plain-json.ts';
import { Secret } from '../ground/secret.ts';
import type { ClientManagement, RegisteredClient } from '../protocol/registered-client.ts';
import { removePrivateFile } from '../secrets/private-file-writing.ts';
import { removeLitter } from '../secrets/remove-litter.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import { clientFileId } from './account-id.ts';
import { openKey } from './open-key.ts';
import { corruptFile, openSealedFile, readSealedFile, writeSealedFile } from './sealed-file.ts';

/** A client as its authorization server knows it. */
export interface ClientReference {
  readonly issuer: string;
  readonly clientId: string;
}

/** What is kept of a client. */
export interface ClientToKeep
  extends Pick<RegisteredClient, 'clientSecret' | 'secretExpiresAt' | 'management'> {
  /** The private key that the client signs with, as a JWK. */
  readonly clientKey?: Secret;
  /** This tool registered the client; absent: a person did. */
  readonly isMadeByTool?: boolean;
  /** The file of certificates that the server was reached with. */
  readonly caFile?: string;
}

/** How a kept client can be deleted at its server. */
export interface KeptManagement extends ClientManagement {
  readonly caFile?: string;
}

/** The client secrets that `setup` keeps, one sealed file for each client. Every method throws `StoreError`. */
export interface ClientSecrets {
  readClientSecret(client: ClientReference): Promise<Secret | undefined>;
  /** The private key that `setup` made for the client, as a JWK. */
  readClientKey(client: ClientReference): Promise<Secret | undefined>;
  writeClientSecret(
    client: ClientReference & { readonly provider: string },
    secret: Secret,
    store: StoreKind,
  ): Promise<void>;
  /** Keeps what came of a registration: the secret, and the way to delete the client again where this tool made it. */
  writeRegisteredClient(
    client: ClientReference & { readonly provider: string },
    registered: ClientToKeep,
    store: StoreKind,
  ): Promise<void>;
  /** How that client can be deleted again; `undefined` where the server offered no way, or a person registered it. */
  readManagement(client: ClientReference): Promise<KeptManagement | undefined>;
  /** Whether one is sealed; it is not opened. */
  hasClientSecret(client: ClientReference): boolean;
  /** Forgets the secret of that client; there need not be one. */
  removeClientSecret(client: ClientReference): void;
}

/** The client secrets in the data directory. */
export function openClientSecrets(context: Context): ClientSecrets {
  const directory = join(context.paths.dataDir, 'clients');
  const fileOf = (client: ClientReference) =>
    join(directory, `${clientFileId(client.issuer, client.clientId)}.client`);

  const read = async (client: ClientReference) => {
    const file = readSealedFile(fileOf(client), 'client');
    if (file === undefined) {
      return undefined;
    }
    const head = plainObject(file.head);
    if (head?.issuer !== client.issuer || head.clientId !== client.clientId) {
      throw corruptFile(file.path);
    }
    const key = await openKey(file.store, context, { create: false });
    const body = plainObject(openSealedFile(file, key));
    const management = plainObject(body?.management);
    const isEmpty =
      typeof body?.clientSecret !== 'string' &&
      typeof body?.clientKey !== 'string' &&
      management === undefined;
    // Some servers give this tool neither a secret nor a way to delete the client.
    if (body === undefined || (isEmpty && head.isMadeByTool !== true)) {
      throw corruptFile(file.path);
    }
    return { clientSecret: body.clientSecret, clientKey: body.clientKey, management };
  };
  const write = async (
    { provider, issuer, clientId }: ClientReference & { readonly provider: string },
    { clientSecret, clientKey, secretExpiresAt, isMadeByTool, management, caFile }: ClientToKeep,
    store: StoreKind,
  ) => {
    const key = await openKey(store, context, { create: true });
    removeLitter(context);
    const head = {
      ...{ provider, issuer, clientId, hasSecret: clientSecret !== undefined },
      ...(clientKey === undefined ? {} : { hasKey: true }),
      ...defined({ isMadeByTool, secretExpiresAt: secretExpiresAt?.toISOString() }),
    };
    const body = defined({
      clientSecret: clientSecret?.reveal(),
      clientKey: clientKey?.reveal(),
      management: management && defined({ uri: management.uri, token: management.token.reveal(), caFile }),
    });
    writeSealedFile(fileOf({ issuer, clientId }), 'client', { head, body }, key);
  };

  return {
    async readClientSecret(client) {
      const secret = (await read(client))?.clientSecret;
      return typeof secret === 'string' ? new Secret(secret) : undefined;
    },

    async readClientKey(client) {
      const key = (await read(client))?.clientKey;
      return typeof key === 'string' ? new Secret(key) : undefined;
    },

    writeClientSecret: (client, secret, store) => write(client, { clientSecret: secret }, store),

    writeRegisteredClient: write,

    async readManagement(client) {
      const { uri, token, caFile } = (await read(client))?.management ?? {};
      return typeof uri === 'string' && typeof token === 'string'
        ? { uri, token: new Secret(token), ...(typeof caFile === 'string' ? { caFile } : {}) }
        : undefined;
    },

    hasClientSecret(client) {
      return existsSync(fileOf(client));
    },

    removeClientSecret(client) {
      removePrivateFile(fileOf(client));
    },
  };
}
