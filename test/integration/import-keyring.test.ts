import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildCommand, openHome } from '../support/built-command.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { openConnectProxy } from '../support/connect-proxy.ts';
import { KEYRING_PROGRAMS, type KeyringEnvironment, withKeyring } from '../support/keyring.ts';
import { describeWith } from '../support/requirements.ts';
import { openAuthority, serveHttps } from '../support/tls.ts';

/** As gh writes it where the tokens are in the keyring. */
const HOSTS = `github.com:
    git_protocol: https
    users:
        octocat:
        mona:
    user: octocat
`;
const people: Readonly<Record<string, { readonly id: number; readonly login: string }>> = {
  gho_canary_octocat: { id: 583231, login: 'octocat' },
  gho_canary_mona: { id: 2, login: 'mona' },
};

/** The API of GitHub under its own name, behind a proxy; it knows people by their tokens. */
async function openGithub(): Promise<Readonly<Record<string, string>>> {
  const authority = await openAuthority();
  const tls = await serveHttps(
    await authority.issue(['DNS:api.github.com']),
    ({ url, headers }, response) => {
      const person = people[headers.authorization?.replace(/^(?:bearer|token) /i, '') ?? ''];
      response.writeHead(person === undefined ? 401 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(url === '/user' ? person : []));
    },
  );
  const proxy = await openConnectProxy({ port: tls.port });
  closeAfterTest({ close: () => Promise.all([proxy.close(), tls.close(), authority.remove()]) });
  return { HTTPS_PROXY: proxy.origin, NODE_EXTRA_CA_CERTS: authority.caFile };
}

/** Puts an item there as the library does that gh uses (go-keyring). Its active token has no user name. */
function storeAsGh(username: string, token: string, env: KeyringEnvironment): void {
  const label = `--label=Password for '${username}' on 'gh:github.com'`;
  const words = ['store', label, 'service', 'gh:github.com', 'username', username];
  const { status, stderr } = spawnSync('secret-tool', words, { env, input: token, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
}

describeWith(
  [...KEYRING_PROGRAMS, 'secret-tool', 'openssl'],
  'a login of gh in a real gnome-keyring (needs gnome-keyring, dbus, libsecret-tools, openssl)',
  () => {
    it('is imported by the built command, that of the user who was named', async () => {
      const home = closeAfterTest(openHome(await buildCommand()));
      const github = await openGithub();
      mkdirSync(join(home.home, '.config/gh'), { recursive: true });
      writeFileSync(join(home.home, '.config/gh/hosts.yml'), HOSTS, { mode: 0o600 });
      await withKeyring(async (session) => {
        const { DBUS_SESSION_BUS_ADDRESS = '', XDG_RUNTIME_DIR = '' } = session;
        const env = { ...github, DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR };
        storeAsGh('mona', 'gho_canary_mona', session);
        // The only item, and somebody else's.
        const refused = await home.run(['import', '--from', 'gh', '--account', 'octocat'], { env });
        expect([refused.code, refused.stdout]).toEqual([8, '']);
        expect(refused.stderr).toContain('the keychain has no token of gh for github.com');
        storeAsGh('', 'gho_canary_mona', session);
        storeAsGh('octocat', 'gho_canary_octocat', session);
        for (const name of ['mona', 'octocat']) {
          const imported = await home.run(['import', '--from', 'gh', '--account', name], { env });
          expect([imported.code, imported.stderr]).toEqual([0, '']);
          expect(imported.stdout).toMatch(new RegExp(`^Imported ${name} at GitHub\n`));
        }
        for (const name of ['mona', 'octocat']) {
          expect((await home.run(['token', `github:${name}`])).stdout).toBe(`gho_canary_${name}\n`);
        }
      });
    });
  },
);
