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
  readonly hasSecret: boolean;
  /** The private key that it signs with is kept. */
  readonly hasKey: boolean;
  /** When the secret ends, where the server said so (RFC 7591 §3.2.1). */
  readonly secretExpiresAt?: string;
  /** This tool registered the client, and not a person. */
  readonly isMadeByTool: boolean;
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
    const head = plainObject(sealed?.head) ?? {};
    const { provider, issuer, clientId, hasSecret, isMadeByTool, secretExpiresAt } = head;
    if (sealed === undefined || typeof provider !== 'string') {
      return undefined;
    }
    if (typeof issuer !== 'string' || typeof clientId !== 'string') {
      return undefined;
    }
    return {
      ...{ file, provider, issuer, clientId, store: sealed.store },
      hasSecret: hasSecret !== false,
      hasKey: head.hasKey === true,
      ...(typeof secretExpiresAt === 'string' ? { secretExpiresAt } : {}),
      isMadeByTool: isMadeByTool === true,
    };
  } catch (error) {
    if (error instanceof StoreError) {
      return undefined;
    }
    throw error;
  }
}
