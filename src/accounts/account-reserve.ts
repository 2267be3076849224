import { writeFailure } from '../ground/file-system-words.ts';
import { writePrivateFile } from '../secrets/private-file-writing.ts';
import { type ReservedFile, reserveFile } from '../secrets/reserved-file.ts';
import type { AccountHead, AccountSecrets } from './account.ts';

/** Bytes by which an account may grow with other tokens: several JWTs. */
const GROWTH = 8 * 1024;

/** Room on the disk for what is written of an account later. */
export interface AccountReserve {
  /** Writes the account, also on a disk that is full by now. Throws `StoreError`. */
  write(head: AccountHead, secrets: AccountSecrets): void;
  /** Gives back the room that was not used. */
  close(): void;
}

/**
 * Makes room for two writes of the account at that path, and writes its first content. `seal` gives the bytes of
 * later writes. Throws `StoreError`; the file stays as it was then.
 */
export function reserveAccount(
  path: string,
  first: Buffer,
  seal: (head: AccountHead, secrets: AccountSecrets) => Buffer,
): AccountReserve {
  const size = first.length + GROWTH;
  const reserved: ReservedFile[] = [];
  const close = () => {
    for (const file of reserved) {
      file.close();
    }
  };
  try {
    while (reserved.length < 2) {
      reserved.push(reserveFile(path, size));
    }
  } catch (error) {
    close();
    throw writeFailure(path, error);
  }
  try {
    writePrivateFile(path, first);
  } catch (error) {
    close();
    throw error;
  }
  return {
    write(head, secrets) {
      const bytes = seal(head, secrets);
      const room = reserved.shift();
      if (room === undefined) {
        writePrivateFile(path, bytes);
        return;
      }
      try {
        room.replace(bytes);
      } catch (error) {
        throw writeFailure(path, error);
      } finally {
        room.close();
      }
    },
    close,
  };
}
