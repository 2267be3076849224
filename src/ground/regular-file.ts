import { statSync } from 'node:fs';
import { openFile } from './open-file.ts';
import { readStart } from './read-bytes.ts';

/** Why a file was not read: it is a device, a FIFO, a socket or a directory, or it has more bytes than were asked for. */
export type UnreadFile = 'irregular' | 'too-large';

/**
 * The bytes of a regular file that has at most `most` of them; else why it was not read. A device is not even opened, since
 * that alone can change what it does; and what takes the place of the file after the look is found out too. Links are followed.
 *
 * Throws the error of the file system.
 */
export function readRegularFile(path: string, most: number): Buffer | UnreadFile {
  if (!statSync(path).isFile()) {
    return 'irregular';
  }
  const file = openFile(path);
  try {
    if (!file.status.isFile()) {
      return 'irregular';
    }
    if (file.status.size > most) {
      return 'too-large';
    }
    const bytes = readStart(file.descriptor, most);
    return bytes.length > most ? 'too-large' : bytes;
  } finally {
    file.close();
  }
}

/** Larger than any configuration of another program should be: some keep what was said to them in it. */
export const MOST_OF_FOREIGN_FILE = 32 * 1024 * 1024;
