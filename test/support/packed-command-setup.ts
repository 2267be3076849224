import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
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
  const { OAUTH_LOGIN_TEST_BINARY: binary } = process.env;
  project.provide(
    'packedCommandFolder',
    binary === undefined
      ? await installTarball(tarball, join(folder, 'prefix'))
      : placeBinary(binary, folder),
  );
  return () => rm(folder, { recursive: true, force: true });
}

/** Puts the one executable file where the installed command would be; gives that folder. */
function placeBinary(binary: string, folder: string): string {
  const place = join(folder, 'binary');
  mkdirSync(place);
  symlinkSync(binary, join(place, 'oauth-login'));
  return place;
}
