import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { installTarball, packCheckout } from './packed-command.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The tarball of the checkout. */
    readonly packedTarball: string;
    /** The folder of the packed and globally installed command. */
    readonly packedCommandFolder: string;
  }
}

/** Builds, packs and installs the command once for all end-to-end tests of a run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'oauth-login-packed-'));
  execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url))]);
  const tarball = await packCheckout(folder);
  project.provide('packedTarball', tarball);
  project.provide('packedCommandFolder', await installTarball(tarball, join(folder, 'prefix')));
  return () => rm(folder, { recursive: true, force: true });
}
