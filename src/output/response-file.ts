import { randomBytes } from 'node:crypto';
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { StoreError } from '../ground/errors.ts';
import { systemReason } from '../ground/system-words.ts';
import type { ResponseDestination } from './response-destination.ts';

/**
 * A file that appears, or is replaced, only when it is complete; a device or a pipe is written to as it is.
 *
 * Throws a `StoreError` when it cannot be written.
 */
export async function openResponseFile(path: string): Promise<ResponseDestination> {
  // A link is followed, so that it stays a link.
  const target = await realpath(path).catch(() => path);
  const before = await stat(target).catch(() => undefined);
  const isReplaced = before === undefined || before.isFile();
  const written = isReplaced
    ? join(dirname(target), `.${basename(target)}.${randomBytes(8).toString('hex')}`)
    : target;
  const attempt = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    try {
      return await work();
    } catch (cause) {
      throw cannotWrite(path, cause);
    }
  };
  const handle: FileHandle = await attempt(() => open(written, isReplaced ? 'wx' : 'w'));
  const abandon = async () => {
    await handle.close().catch(() => {});
    if (isReplaced) {
      await rm(written, { force: true });
    }
  };
  return {
    abandon,
    async write(bytes) {
      await attempt(() => writeWhole(handle, bytes));
      return true;
    },
    finish: () =>
      attempt(async () => {
        if (before?.isFile()) {
          await handle.chmod(before.mode & 0o7777);
        }
        await handle.close();
        if (isReplaced) {
          await rename(written, target);
        }
      }),
  };
}

async function writeWhole(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    offset += (await handle.write(bytes, offset)).bytesWritten;
  }
}

function cannotWrite(path: string, cause: unknown): StoreError {
  const reason = systemReason(cause);
  return new StoreError('store_write_failed', `cannot write ${path} (${reason})`, {
    hint: 'name a file in a directory that you may write to, on a disk with room for it',
    cause,
  });
}
