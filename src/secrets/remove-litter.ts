import { join } from 'node:path';
import type { Context } from '../ground/context.ts';
import { StoreError } from '../ground/errors.ts';
import { removeStaleTemporaries } from './private-directory.ts';

/** Every directory of the data directory that files are written to. */
const directories = ['accounts', 'clients', 'grants', 'index', 'keys', 'locks', 'sign-ins', 'token-files'];

/**
 * Removes what writes of ours that were interrupted more than an hour ago left in the data directory. One in `keys`
 * can hold the sealing key. A directory that cannot be read is passed over.
 */
export function removeLitter({ paths, clock }: Pick<Context, 'paths' | 'clock'>): void {
  for (const name of directories) {
    try {
      removeStaleTemporaries(join(paths.dataDir, name), clock.now());
    } catch (error) {
      if (!(error instanceof StoreError)) {
        throw error;
      }
    }
  }
}
