import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { installTarballWithoutOptional, openPackedCommand } from '../support/packed-command.ts';

const manifest = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8'),
) as { version: string };

/** Longer than the step's own limit, which says more; npm's cache may be empty, and the registry far away. */
const INSTALLATION = 900_000;

describe('T56 the package, installed without install scripts', () => {
  let folder: string;
  let withoutOptional: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oauth-login-package-'));
    withoutOptional = await installTarballWithoutOptional(inject('packedTarball'), join(folder, 'local'));
  }, INSTALLATION);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('runs', async () => {
    const command = await openPackedCommand(inject('packedCommandFolder'));
    expect(await command.run(['--version'])).toMatchObject({
      exitCode: 0,
      stdout: `${manifest.version}\n`,
      stderr: '',
    });
    expect((await command.run(['--help'])).stdout).toContain('whoami');
    await command.close();
  });

  it('runs without the keychain package too, and says what is missing when it is asked for', async () => {
    expect(existsSync(join(folder, 'local/node_modules/commander'))).toBe(true);
    expect(existsSync(join(folder, 'local/node_modules/keytar'))).toBe(false);
    const command = await openPackedCommand(withoutOptional);
    expect(await command.run(['--version'])).toMatchObject({ exitCode: 0, stdout: `${manifest.version}\n` });
    const login = await command.run(['gitlab', '--client-id', 'any', '--store', 'keychain'], {
      env: { BROWSER: '/bin/false' },
    });
    expect(login.exitCode).toBe(8);
    expect(login.stderr).toContain('--store file');
    await command.close();
  });
});
