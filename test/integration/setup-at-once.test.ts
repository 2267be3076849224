import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import type { BundledScript } from '../support/bundled-script.ts';
import { bundleCommand, startCommand } from '../support/command-process.ts';

let server: AuthorizationServer;
let command: BundledScript;
let home: string;

beforeAll(async () => {
  command = bundleCommand();
  server = await startAuthorizationServer();
});
afterAll(async () => {
  command.remove();
  await server.close();
});
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'oauth-login-setup-'));
  mkdirSync(configDir(), { mode: 0o700 });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const configDir = () => join(home, 'config');
const file = () => join(configDir(), 'config.json');
const configured = () => Object.keys(JSON.parse(readFileSync(file(), 'utf8')).providers).sort();
const names = (count: number) =>
  Array.from({ length: count }, (_, index) => `p${String(index).padStart(2, '0')}`);

function startSetup(name: string) {
  const args = ['setup', name, '--issuer', server.issuer, '--client-id', name, '--allow-http-loopback'];
  const env = { OAUTH_LOGIN_CONFIG_DIR: configDir(), OAUTH_LOGIN_DATA_DIR: join(home, 'data'), CI: 'true' };
  return startCommand(command, args, env);
}

describe('processes that set up providers at the same time', () => {
  it('lose none of them, and the file is whole at every moment', async () => {
    let isOver = false;
    let looks = 0;
    const looking = (async () => {
      while (!isOver) {
        await new Promise((resolve) => setTimeout(resolve, 3));
        if (!readdirSync(configDir()).includes('config.json')) {
          continue;
        }
        expect(configured().length).toBeGreaterThan(0);
        looks += 1;
      }
    })();
    const wanted = names(20);
    const ended = await Promise.all(wanted.map((name) => startSetup(name).ended));
    isOver = true;
    await looking;
    expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual(wanted.map(() => [0, '']));
    expect(configured()).toEqual(wanted);
    expect(looks).toBeGreaterThan(0);
    expect(readdirSync(configDir())).toEqual(['config.json']);
  });

  it('take over what a process left that died, and one of them only', async () => {
    const lock = `${file()}.lock`;
    writeFileSync(lock, '{ "half": ');
    const before = new Date(Date.now() - 31_000);
    utimesSync(lock, before, before);
    const wanted = names(8);
    const ended = await Promise.all(wanted.map((name) => startSetup(name).ended));
    expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual(wanted.map(() => [0, '']));
    expect(configured()).toEqual(wanted);
    expect(readdirSync(configDir())).toEqual(['config.json']);
  });

  it('leave a whole file when they are killed in the middle, and at most a lock that grows old', async () => {
    expect((await startSetup('first').ended).code).toBe(0);
    const changes = watch(configDir());
    const some = names(6).map(startSetup);
    await once(changes, 'change');
    for (const { child } of some) {
      child.kill('SIGKILL');
    }
    await Promise.all(some.map(({ ended }) => ended));
    changes.close();
    expect(configured()).toContain('first');
    const left = readdirSync(configDir()).filter((name) => name !== 'config.json');
    expect(left.filter((name) => name !== 'config.json.lock')).toEqual([]);
    const before = new Date(Date.now() - 31_000);
    for (const name of left) {
      utimesSync(join(configDir(), name), before, before);
    }
    expect((await startSetup('last').ended).code).toBe(0);
    expect(configured()).toContain('last');
    expect(readdirSync(configDir())).toEqual(['config.json']);
  });
});
