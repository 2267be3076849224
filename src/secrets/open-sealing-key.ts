import type { Context } from '../ground/context.ts';
import { AbortedError, StoreError } from '../ground/errors.ts';
import { readFileKey } from './file-key.ts';
import { type KeyDescriptor, readKeyDescriptor } from './key-descriptor.ts';
import { readKeychainKey } from './keychain-key.ts';
import type { SealingKey } from './sealing-key.ts';
import type { StoreKind } from './store-kind.ts';

/** How a sealing key is opened. */
export interface KeyOptions {
  /** Whether it is made when there is none yet. */
  readonly create: boolean;
  /** Runs work that takes much time and memory, when it is the turn of this process. */
  readonly inTurn?: (work: (isCrowded: boolean) => Promise<SealingKey>) => Promise<SealingKey>;
}

const opened = new WeakMap<Context, Map<StoreKind, Promise<SealingKey>>>();

/** Lets a context have the keys that another one of the same directories has opened, and the other way round. */
export function shareSealingKeys(context: Context, { withContext }: { readonly withContext: Context }): void {
  const keys = opened.get(withContext) ?? new Map<StoreKind, Promise<SealingKey>>();
  opened.set(withContext, keys).set(context, keys);
}

/**
 * Gives the sealing key of that kind. The whole run needs one look into the keychain, one prompt or one scrypt.
 * With `create`, a missing key is made. Throws `StoreError`: `store_key_missing`, or the reason why the key cannot
 * be opened.
 */
export function openSealingKey(kind: StoreKind, context: Context, options: KeyOptions): Promise<SealingKey> {
  const keys = opened.get(context) ?? new Map<StoreKind, Promise<SealingKey>>();
  opened.set(context, keys);
  const known = keys.get(kind);
  if (known !== undefined) {
    return known.catch((error: unknown) => {
      // Somebody else opened it and was stopped; who is not stopped opens it again.
      if (error instanceof AbortedError && !context.signal.aborted) {
        return openSealingKey(kind, context, options);
      }
      throw error;
    });
  }
  const work = (isCrowded: boolean) => readOrCreateKey(kind, context, options.create, isCrowded);
  const key = options.inTurn === undefined ? work(false) : options.inTurn(work);
  keys.set(kind, key);
  // A failure is not remembered: the next try may come with `create`, or after the keychain was unlocked.
  key.catch(() => keys.delete(kind));
  return key;
}

async function readOrCreateKey(
  kind: StoreKind,
  context: Context,
  create: boolean,
  isCrowded: boolean,
): Promise<SealingKey> {
  const descriptor = readKeyDescriptor(kind, context);
  if (descriptor !== undefined) {
    return readKey(kind, descriptor, context, isCrowded);
  }
  if (create) {
    const { createSealingKey } = await import('./create-sealing-key.ts');
    const created = await createSealingKey(kind, context);
    if (created !== undefined) {
      return created;
    }
    const winner = readKeyDescriptor(kind, context);
    if (winner !== undefined) {
      return readKey(kind, winner, context, isCrowded);
    }
  }
  throw new StoreError(
    'store_key_missing',
    `there is no key for the ${kind} store in ${context.paths.dataDir}`,
    {
      hint: 'sign in again, for example with: oauth-login github (oauth-login status lists the accounts)',
    },
  );
}

async function readKey(
  kind: StoreKind,
  descriptor: KeyDescriptor,
  context: Context,
  isCrowded: boolean,
): Promise<SealingKey> {
  switch (kind) {
    case 'keychain':
      return readKeychainKey(descriptor, context, isCrowded);
    case 'passphrase':
      return (await import('./passphrase-key.ts')).readPassphraseKey(descriptor, context);
    case 'file':
      return readFileKey(descriptor, context);
  }
}
