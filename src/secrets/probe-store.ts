import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../ground/context.ts';
import { openSealingKey } from './open-sealing-key.ts';
import { removePrivateFile, writePrivateFile } from './private-file-writing.ts';
import type { StoreKind } from './store-kind.ts';

/**
 * Makes sure, before the browser opens, that what a login brings can be stored: the directory is writable and
 * the key can be had (a new one is made, and read back).
 *
 * Throws `StoreError`.
 */
export async function probeStore(kind: StoreKind, context: Context): Promise<void> {
  const file = join(context.paths.dataDir, 'accounts', `.probe.${randomBytes(16).toString('hex')}.tmp`);
  writePrivateFile(file, 'this file is removed at once\n');
  removePrivateFile(file);
  await openSealingKey(kind, context, { create: true });
}
