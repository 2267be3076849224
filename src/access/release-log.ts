import { join } from 'node:path';
import { accountWords } from '../accounts/account-words.ts';
import { lockPath, openLockUnless } from '../accounts/lock.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { StoreError } from '../ground/errors.ts';
import { safeText } from '../ground/safe-text.ts';
import { callingProgram } from '../secrets/calling-program.ts';
import type { Lock } from '../secrets/lock.ts';
import { appendPrivateLine, rotatePrivateFile } from '../secrets/private-log.ts';
import type { AccessSession } from './access-session.ts';
import type { Release, ReleasingCommand } from './release.ts';

/** Bytes of the log, about five thousand lines; then it becomes the old one, and the one before that goes. */
const MOST_BYTES = 1_048_576;
/** Milliseconds to wait for another process that makes the log the old one, which takes it less than one. */
const PATIENCE = 2_000;

/**
 * Appends a line of JSON to `releases.jsonl`: when, which account, what kind of token, its scopes, to which command, and
 * which program asked for it. The token is no part of it. The lines of processes that write at once stay whole.
 *
 * Throws a `StoreError` when the line cannot be written; rejects with the signal's reason.
 */
export async function logRelease(
  release: Release,
  command: ReleasingCommand,
  { context, store }: AccessSession,
): Promise<void> {
  const { account, provider, token, grant, variable, scopes } = release;
  const whose =
    account === undefined
      ? { provider: safeText(provider) }
      : { account: accountWords(account, (await store.list(account.provider)).accounts) };
  const entry = {
    at: context.clock.now().toISOString(),
    ...whose,
    ...defined({ grant, variable }),
    token,
    ...(scopes === undefined ? {} : { scopes: scopes.map((scope) => safeText(scope)) }),
    command,
    // A program that uses the library is the one that asks.
    caller: callingProgram(command === 'library' ? process.pid : process.ppid),
  };
  await append(`${JSON.stringify(entry)}\n`, context);
}

async function append(line: string, context: Context): Promise<void> {
  const { dataDir } = context.paths;
  const file = join(dataDir, 'releases.jsonl');
  if (appendPrivateLine(file, line, MOST_BYTES)) {
    return;
  }
  const lock = await openRotationLock(context);
  if (lock !== undefined) {
    try {
      rotatePrivateFile(file, join(dataDir, 'releases.old.jsonl'), MOST_BYTES - Buffer.byteLength(line));
    } finally {
      lock.release();
    }
  }
  appendPrivateLine(file, line, Number.POSITIVE_INFINITY);
}

/** Without the lock, the log only becomes longer than it should be. */
async function openRotationLock(context: Context): Promise<Lock | undefined> {
  const look = async () => undefined;
  try {
    const opened = await openLockUnless<never>(
      lockPath(context.paths, 'release log'),
      context,
      look,
      PATIENCE,
    );
    return 'settled' in opened ? undefined : opened;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'store_busy') {
      return undefined;
    }
    throw error;
  }
}
