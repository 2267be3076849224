import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../ground/context.ts';
import { plainObject } from '../ground/plain-json.ts';
import { Secret } from '../ground/secret.ts';
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

/** The client secrets that `setup` keeps, one sealed file for each client. Every method throws `StoreError`. */
export interface ClientSecrets {
  readClientSecret(client: ClientReference): Promise<Secret | undefined>;
  writeClientSecret(
    client: ClientReference & { readonly provider: string },
    secret: Secret,
    store: StoreKind,
  ): Promise<void>;
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

  return {
    async readClientSecret(client) {
      const file = readSealedFile(fileOf(client), 'client');
      if (file === undefined) return undefined;
      const head = plainObject(file.head);
      if (head?.issuer !== client.issuer || head.clientId !== client.clientId) {
        throw corruptFile(file.path);
      }
      const key = await openKey(file.store, context, { create: false });
      const secret = plainObject(openSealedFile(file, key))?.clientSecret;
      if (typeof secret !== 'string') throw corruptFile(file.path);
      return new Secret(secret);
    },

    async writeClientSecret({ provider, issuer, clientId }, secret, store) {
      const key = await openKey(store, context, { create: true });
      removeLitter(context);
      const content = { head: { provider, issuer, clientId }, body: { clientSecret: secret.reveal() } };
      writeSealedFile(fileOf({ issuer, clientId }), 'client', content, key);
    },

    hasClientSecret(client) {
      return existsSync(fileOf(client));
    },

    removeClientSecret(client) {
      removePrivateFile(fileOf(client));
    },
  };
}
