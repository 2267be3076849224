import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { findChromium } from '../support/chromium.ts';
import { openScriptedBrowser } from '../support/scripted-browser.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [, example = ''] =
  /```js\n(\/\/ acme\.mjs[\s\S]*?)```/.exec(readFileSync(`${root}/docs/library.md`, 'utf8')) ?? [];

/** A folder of somebody's program, with the packed package installed. */
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'oauth-login-acme-'));
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  const installed = join(dirname(inject('packedCommandFolder')), 'lib/node_modules/oauth-login');
  symlinkSync(installed, join(folder, 'node_modules/oauth-login'));
  symlinkSync(`${root}/node_modules/@types/node`, join(folder, 'node_modules/@types/node'));
  symlinkSync(`${root}/node_modules/undici-types`, join(folder, 'node_modules/undici-types'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the program of docs/library.md', () => {
  it('has twenty lines at most', () => {
    expect(example).toContain("from 'oauth-login'");
    expect(example.trim().split('\n').length).toBeLessThanOrEqual(20);
  });

  it('fits the types of the package, which show a wrong option', () => {
    const wrong =
      "import { signIn } from 'oauth-login';\n// @ts-expect-error\nsignIn('x', { clientID: '' });\n";
    writeFileSync(join(folder, 'acme.mts'), example);
    writeFileSync(join(folder, 'wrong.mts'), wrong);
    const settings = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--types',
      'node',
    ];
    const args = [`${root}/node_modules/typescript/bin/tsc`, ...settings, 'acme.mts', 'wrong.mts'];
    execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  });
});

describe.skipIf(findChromium() === undefined)(
  'a person at a browser (needs Chromium: apt-get install chromium)',
  () => {
    let server: AuthorizationServer;
    beforeAll(async () => {
      server = await startAuthorizationServer({ accessTokenLifetime: 2 });
    });
    afterAll(() => server.close());

    it('is signed in by that program, which gets a refreshed token later', async () => {
      const browser = await openScriptedBrowser('sign-in');
      try {
        const program = join(folder, 'acme.mjs');
        writeFileSync(
          program,
          example.replace('{ name, clientId }', '{ name, clientId, allowHttpLoopback: true }'),
        );
        const home = join(folder, 'home');
        mkdirSync(home, { mode: 0o700 });
        const env = { HOME: home, PATH: process.env.PATH, LANG: 'C.UTF-8', OAUTH_LOGIN_STORE: 'file' };
        const runIn = async (more: Readonly<Record<string, string>>) => {
          const args = [program, server.issuer, server.clientId, `${server.issuer}/me`];
          const child = spawn(process.execPath, args, { cwd: folder, env: { ...env, ...more } });
          let [stdout, stderr] = ['', ''];
          child.stdout.on('data', (chunk) => {
            stdout += chunk;
          });
          child.stderr.on('data', (chunk) => {
            stderr += chunk;
          });
          const [code] = await once(child, 'close');
          expect(`${code} ${code === 0 ? '' : stderr}`).toBe('0 ');
          return stdout;
        };
        const first = await runIn({ BROWSER: browser.program });
        const { pages } = await browser.report();
        expect(pages[0]?.title).toMatch(/signed in.* – acme$/i);
        expect(first).toContain('Signed in as ada@example.com');
        expect(first).toMatch(/The API answered 200: .*person-1815/);

        const exchanged = server.issuedSecrets('access_token').length;
        await expect.poll(() => Date.now()).toBeGreaterThan(expiryIn(first));
        const second = await runIn({});
        expect(second).toMatch(/The API answered 200: .*person-1815/);
        const grants = server.requestsTo('token').map(({ form }) => form.get('grant_type'));
        expect(grants.at(-1)).toBe('refresh_token');
        expect(server.issuedSecrets('access_token').length).toBeGreaterThan(exchanged);
      } finally {
        await browser.close();
      }
    });
  },
);

function expiryIn(stdout: string): number {
  return Date.parse(/ends at (\S+)/.exec(stdout)?.[1] ?? '');
}
