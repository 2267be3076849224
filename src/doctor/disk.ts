import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeFailure } from '../ground/file-system-words.ts';
import { removePrivateFile, writePrivateFile } from '../secrets/private-file-writing.ts';
import type { Check } from './check.ts';
import { fine, problem, warning } from './finding.ts';

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;
/** What a refresh reserves at most, so that it fits twice. */
const PROBE_BYTES = 64 * KIBIBYTE;
/** With less, other programs will soon leave no room. */
const LITTLE = 10 * MEBIBYTE;

/** Whether there is room for what a sign-in or a refresh stores: a file is written, and removed again. */
export const diskCheck: Check = {
  name: 'disk',
  run: ({ session: { context } }) => {
    const { dataDir } = context.paths;
    const place = existingParent(dataDir);
    try {
      if (place !== dataDir) {
        accessSync(place, constants.W_OK);
      }
    } catch (error) {
      return [problem('disk', writeFailure(dataDir, error))];
    }
    if (place === dataDir) {
      const file = join(dataDir, `.probe.${randomBytes(16).toString('hex')}.tmp`);
      try {
        writePrivateFile(file, Buffer.alloc(PROBE_BYTES, 1));
      } finally {
        removePrivateFile(file);
      }
    }
    const { bavail, bsize } = statfsSync(place);
    const free = bavail * bsize;
    if (free < LITTLE) {
      return [
        warning('disk', {
          message: `only ${Math.floor(free / KIBIBYTE)} KiB are free on the disk of ${dataDir}`,
          hint: 'free some space there; a refresh that has no room is not begun',
        }),
      ];
    }
    return [fine('disk', `${Math.floor(free / MEBIBYTE)} MiB are free on the disk of ${dataDir}`)];
  },
};

function existingParent(directory: string): string {
  return existsSync(directory) || dirname(directory) === directory
    ? directory
    : existingParent(dirname(directory));
}
