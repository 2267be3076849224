import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { KEYRING_PROGRAMS, type KeyringEnvironment, withKeyring } from '../support/keyring.ts';
import { openPackedCommand } from '../support/packed-command.ts';
import { describeWith } from '../support/requirements.ts';
import { openScriptedBrowser } from '../support/scripted-browser.ts';

describeWith(
  [...KEYRING_PROGRAMS, 'chromium'],
  'the installed command with a real keyring and a real browser (needs gnome-keyring, dbus, chromium)',
  () => {
    let server: AuthorizationServer;

    beforeAll(async () => {
      server = await startAuthorizationServer();
    });
    afterAll(() => server.close());

    async function inSession(
      work: (
        run: (...args: string[]) => Promise<{ exitCode: number | null; stdout: string; stderr: string }>,
        home: string,
        env: KeyringEnvironment,
        lock: () => Promise<void>,
      ) => Promise<void>,
    ): Promise<void> {
      await withKeyring(async ({ HOME: _home, PATH: _path, ...env }, keyring) => {
        const command = await openPackedCommand(inject('packedCommandFolder'));
        const browser = await openScriptedBrowser('sign-in');
        const run = (...args: string[]) => command.run(args, { env: { ...env, BROWSER: browser.program } });
        try {
          const target = [server.issuer, '--client-id', server.clientId, '--allow-http-loopback'];
          const signedIn = await run(...target);
          expect(signedIn.stderr).not.toContain('error');
          expect(signedIn.stdout).toMatch(
            /as ada \(Ada Lovelace\)[\s\S]*the key is in the system's keychain/,
          );
          await work(run, command.home, env, () => keyring.lock());
        } finally {
          await Promise.all([command.close(), browser.close()]);
        }
      });
    }

    it('keeps the key in the keychain without being told, and finds it again in every process', async () => {
      await inSession(async (run, home) => {
        const token = await run('token');
        expect(token).toMatchObject({ exitCode: 0, stderr: '' });
        expect(server.issuedSecrets('access_token')).toContain(token.stdout.trim());
        expect((await run('token', '--refresh')).exitCode).toBe(0);
        expect((await run('whoami')).stdout).toMatch(/^ada /);
        expect((await run('status')).stdout).toContain("the key is in the system's keychain");
        const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) =>
          entry.isFile(),
        );
        for (const file of files) {
          expectNoSecrets(readFileSync(join(file.parentPath, file.name), 'latin1'), server.issuedSecrets());
        }
        expect(files.map(({ name }) => name)).not.toContain('file.key');
        expect((await run('logout')).stdout).toMatch(/revoked at .+ and deleted from this machine/);
        expect((await run('token')).exitCode).toBe(4);
      });
    });

    it('never falls back when the keychain is locked or gone: exit 8, and the sign-in stays (T36)', async () => {
      await inSession(async (run, _home, env, lock) => {
        await lock();
        const locked = await run('token', '--json');
        expect(locked).toMatchObject({ exitCode: 8, stdout: '' });
        expect(locked.stderr).toContain('store_locked');
        expect((await run('status')).stdout).toContain('ada (Ada Lovelace)');
        env.DBUS_SESSION_BUS_ADDRESS = 'unix:path=/nowhere/at/all';
        const gone = await run('token', '--json');
        expect(gone).toMatchObject({ exitCode: 8, stdout: '' });
        expect(gone.stderr).toContain('store_unavailable');
      });
    });
  },
);
