import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../ground/context.ts';
import { StoreError } from '../ground/errors.ts';
import { plainObject } from '../ground/plain-json.ts';
import { keyDescriptorFile } from '../secrets/key-descriptor.ts';
import { listPrivateDirectory } from '../secrets/private-directory.ts';
import { type StoreKind, storeKinds } from '../secrets/store-kind.ts';
import { readSealedFile } from './sealed-file.ts';

/** A client whose secret or registration is kept sealed, as the readable part of its file says. */
export interface KeptClient {
  readonly file: string;
  readonly provider: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly store: StoreKind;
}

/** The clients that are kept. A file that is damaged is passed over: who needs it is told. Throws a `StoreError`. */
export function listKeptClients({ paths }: Pick<Context, 'paths'>): readonly KeptClient[] {
  const directory = join(paths.dataDir, 'clients');
  return listPrivateDirectory(directory)
    .filter((name) => name.endsWith('.client'))
    .flatMap((name) => readKeptClient(join(directory, name)) ?? []);
}

/** The kinds of sealing keys that are kept. */
export function listKeptKeys(context: Context): readonly StoreKind[] {
  return storeKinds.filter((kind) => existsSync(keyDescriptorFile(kind, context)));
}

function readKeptClient(file: string): KeptClient | undefined {
  try {
    const sealed = readSealedFile(file, 'client');
    const { provider, issuer, clientId } = plainObject(sealed?.head) ?? {};
    if (sealed === undefined || typeof provider !== 'string') {
      return undefined;
    }
    return typeof issuer === 'string' && typeof clientId === 'string'
      ? { file, provider, issuer, clientId, store: sealed.store }
      : undefined;
  } catch (error) {
    if (error instanceof StoreError) {
      return undefined;
    }
    throw error;
  }
}
