import { availableParallelism } from 'node:os';
import type { Context } from '../ground/context.ts';
import { variableText } from '../ground/environment.ts';
import { StoreError } from '../ground/errors.ts';
import { fileMark } from '../secrets/file-mark.ts';
import type { Lock } from '../secrets/lock.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import { lockPath, openLock } from './lock.ts';

/**
 * Runs the work that opens a sealing key when it is the turn of this process: a few do so at once, whatever number there
 * is of them.
 *
 * A derivation from a passphrase takes 128 MiB and a processor (see `passphrase-key.ts`), so two hundred at once would
 * take more memory than most machines have, and end no sooner. A keychain that two hundred ask at once answers most of
 * them too late. Without a place for a lock the work is done all the same. It is told whether other
 * processes are at it too.
 */
export async function inKeyTurn<T>(
  kind: StoreKind,
  context: Context,
  work: (isCrowded: boolean) => Promise<T>,
): Promise<T> {
  const turns = turnsOf(kind, context);
  if (turns === 0) {
    return work(false);
  }
  const own = process.pid % turns;
  const turn = await takeTurn(turnPath(kind, own, context), context);
  try {
    return await work(isKeyAskedFor(kind, context, own));
  } finally {
    turn?.release();
  }
}

/** Whether another process than the one whose turn is `own` asks for the key at this moment. */
function isKeyAskedFor(kind: StoreKind, context: Context, own: number): boolean {
  const turns = Array.from({ length: turnsOf(kind, context) }, (_, turn) => turn);
  return turns.some((turn) => turn !== own && fileMark(turnPath(kind, turn, context)) !== undefined);
}

/** How many processes may open a key at once; 0 for no limit. */
function turnsOf(kind: StoreKind, { env }: Context): number {
  if (kind === 'keychain') {
    return 2 * availableParallelism();
  }
  // Who is asked for the passphrase must not keep others waiting, and there is one person at most.
  const isTyped = variableText(env, 'OAUTH_LOGIN_PASSPHRASE') === undefined;
  return kind === 'passphrase' && !isTyped ? availableParallelism() : 0;
}

function turnPath(kind: StoreKind, turn: number, { paths }: Context): string {
  return lockPath(paths, `key ${kind} ${turn}`);
}

async function takeTurn(file: string, context: Context): Promise<Lock | undefined> {
  try {
    return await openLock(file, context);
  } catch (error) {
    if (error instanceof StoreError) {
      return undefined;
    }
    throw error;
  }
}
