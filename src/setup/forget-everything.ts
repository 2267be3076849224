import type { AccessSession } from '../access/access-session.ts';
import { type SignedOut, signOut } from '../access/sign-out.ts';
import type { AccountHead } from '../accounts/account.ts';
import { openBegunSignIns } from '../accounts/begun-sign-ins.ts';
import { type KeptClient, listKeptClients, listKeptKeys } from '../accounts/kept-clients.ts';
import type { UnreadableFile } from '../accounts/list-stored-heads.ts';
import { openUnattendedTokens } from '../accounts/unattended-tokens.ts';
import { OAuthLoginError, StoreError } from '../ground/errors.ts';
import { readKeyDescriptor } from '../secrets/key-descriptor.ts';
import { removeKeychainKey } from '../secrets/keychain-key.ts';
import { ownDirectories, removeOwnDirectory } from '../secrets/own-files.ts';
import { type RemovedRegistration, removeRegistrations } from './remove-registrations.ts';

/** Everything that is kept for this user, as it is before something is removed. */
export interface Everything {
  readonly accounts: readonly AccountHead[];
  /** Files among the accounts that cannot be read, so that their tokens cannot be revoked. */
  readonly unreadable: readonly UnreadableFile[];
  readonly clients: readonly KeptClient[];
  /** How many tokens of `--grant` are kept. */
  readonly keptTokens: number;
  /** How many sign-ins in two calls wait for the person. */
  readonly signIns: number;
  /** A key is kept in the keychain. */
  readonly hasKeychainKey: boolean;
  readonly directories: readonly string[];
}

/** One step of the cleaning. A step that failed has left something alive, here or at a server. */
export type ForgetStep =
  | { readonly kind: 'account'; readonly outcome: SignedOut }
  | { readonly kind: 'unreadable'; readonly file: UnreadableFile }
  | { readonly kind: 'client'; readonly removed: RemovedRegistration }
  | { readonly kind: 'keychain'; readonly error?: OAuthLoginError }
  | {
      readonly kind: 'directory';
      readonly directory: string;
      readonly foreign: readonly string[];
      readonly error?: OAuthLoginError;
    };

/** Looks at all that is kept; needs no key and no network. Throws a `StoreError`. */
export async function lookAtEverything({ context, store }: AccessSession): Promise<Everything> {
  const { accounts, problems } = await store.list();
  return {
    accounts,
    unreadable: problems,
    clients: listKeptClients(context),
    keptTokens: countOf(() => openUnattendedTokens(context).list().tokens),
    signIns: countOf(() => openBegunSignIns(context).list()),
    hasKeychainKey: listKeptKeys(context).includes('keychain'),
    directories: ownDirectories(context.paths),
  };
}

/**
 * Signs out every account, deletes the clients that this tool registered, and removes the key, the configuration and all
 * other files. `tell` is told of each step; one that fails does not stop the others.
 *
 * Throws an `AbortedError`, after which what was not reached is still there.
 */
export async function forgetEverything(
  { accounts, unreadable, hasKeychainKey, directories }: Everything,
  access: AccessSession,
  tell: (step: ForgetStep) => void,
): Promise<void> {
  const { context } = access;
  for (const head of accounts) {
    const outcome = await signOut(head, { forget: true }, access);
    if (outcome !== undefined) {
      tell({ kind: 'account', outcome });
    }
  }
  for (const file of unreadable) {
    tell({ kind: 'unreadable', file });
  }
  for (const removed of await removeRegistrations({ forget: true, leavesConfiguration: true }, access)) {
    tell({ kind: 'client', removed });
  }
  context.signal.throwIfAborted();
  const keychainError = hasKeychainKey ? await failure(() => removeKey(access)) : undefined;
  if (hasKeychainKey) {
    tell({ kind: 'keychain', ...(keychainError === undefined ? {} : { error: keychainError }) });
  }
  // Without its description, nobody would find the item in the keychain again.
  const kept = keychainError === undefined ? [] : ['keys'];
  for (const directory of directories) {
    let foreign: readonly string[] = [];
    const error = await failure(async () => {
      foreign = removeOwnDirectory(directory, context.paths, kept).foreign;
    });
    tell({ kind: 'directory', directory, foreign, ...(error === undefined ? {} : { error }) });
  }
}

/** How many there are; those in a directory that cannot be read safely are removed with it, and not counted. */
function countOf(list: () => readonly unknown[]): number {
  try {
    return list().length;
  } catch (error) {
    if (error instanceof StoreError) {
      return 0;
    }
    throw error;
  }
}

async function removeKey({ context }: AccessSession): Promise<void> {
  const descriptor = readKeyDescriptor('keychain', context);
  if (descriptor !== undefined) {
    await removeKeychainKey(descriptor, context);
  }
}

async function failure(work: () => Promise<void>): Promise<OAuthLoginError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof OAuthLoginError) {
      return error;
    }
    throw error;
  }
}
