import { realpathSync } from 'node:fs';
import { lockPath, openLock } from '../accounts/lock.ts';
import { StoreError } from '../ground/errors.ts';
import type { UnattendedSettings } from '../settings/unattended-settings.ts';
import type { AccessSession } from './access-session.ts';

/**
 * Runs the work while no other process of this user spends the refresh token of the same file. This matters where
 * the new refresh token replaces the old one in that file: a server that rotates refresh tokens takes a second use
 * for a theft (RFC 9700 §4.14.2). The work is told whether the file is such a file, and has to read it then.
 *
 * Throws a `StoreError` `store_busy`, the signal's reason, or what the work throws. Where no lock can be made, the
 * work runs without one, and a note tells of it.
 */
export async function withRotatedFile<T>(
  { refreshTokenFile, rotateTo }: Pick<UnattendedSettings, 'refreshTokenFile' | 'rotateTo'>,
  access: Pick<AccessSession, 'context' | 'note'>,
  work: (isShared: boolean) => Promise<T>,
): Promise<T> {
  const file = realPath(refreshTokenFile);
  if (file === undefined || file !== realPath(rotateTo)) {
    return work(false);
  }
  const lock = await openFileLock(file, access);
  try {
    return await work(true);
  } finally {
    lock?.release();
  }
}

function realPath(path: string | undefined): string | undefined {
  if (path === undefined || path === '-') {
    return undefined;
  }
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** The lock is in the user's own directory, because others may be able to write to the directory of the file. */
async function openFileLock(file: string, { context, note }: Pick<AccessSession, 'context' | 'note'>) {
  try {
    return await openLock(lockPath(context.paths, `rotated ${file}`), context);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code === 'store_busy') {
      throw error;
    }
    note({ kind: 'file-not-locked', error });
    return undefined;
  }
}
