import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { buildCommand, type CommandHome, openHome } from '../support/built-command.ts';
import { endOf } from '../support/bundled-script.ts';
import type { Program } from '../support/programs.ts';

/** Everything that makes this tool, Node and packages say more than was asked for. */
const WARNINGS = {
  NODE_OPTIONS: '--trace-warnings --pending-deprecation --trace-deprecation --trace-uncaught',
  NODE_DEBUG: 'http,https,net,tls,undici,fetch',
  NODE_TLS_REJECT_UNAUTHORIZED: '0',
  FORCE_COLOR: '1',
};

let command: Program;
let server: AuthorizationServer;
let home: CommandHome;
const target = () => [server.issuer, '--client-id', server.clientId, '--allow-http-loopback'];

beforeAll(async () => {
  [command, server] = await Promise.all([buildCommand(), startAuthorizationServer()]);
  home = openHome(command);
  await home.runHere(target());
  // A file that does not belong there: `status` warns of it.
  writeFileSync(join(home.home, '.local/share/oauth-login/accounts/foreign'), 'x', { mode: 0o600 });
});
afterAll(async () => {
  home?.close();
  await server?.close();
  command?.remove();
});
beforeEach(async () => {
  if ((await home.run(['token'])).code !== 0) {
    expect((await home.runHere(target())).code).toBe(0);
  }
});

const isJson = (text: string) => JSON.parse(text) !== undefined;
const lines = (pattern: RegExp) => (text: string) => pattern.test(text);
const isToken = lines(/^[\w-]{20,}\n$/);
const isText = (text: string) =>
  /^(?!oauth-login: |NET |HTTP |\(node)[\x20-\x7e\n]+\n$/.test(stripVTControlCharacters(text));

describe('T74 standard output holds the answer and nothing else, with every warning turned on', () => {
  it.each<readonly [string[], (text: string) => boolean]>([
    [['token'], isToken],
    [['token', '--refresh'], isToken],
    [['token', '--refresh', '--debug'], isToken],
    [['token', '--format', 'header'], lines(/^Authorization: Bearer [\w-]{20,}\n$/)],
    [['token', '--json'], isJson],
    [['whoami'], lines(/^ada \(Ada Lovelace\) <ada@example\.com> at 127\.0\.0\.1:\d+\n$/)],
    [['whoami', '--json', '--debug'], isJson],
    [['whoami', '--offline', '--json'], isJson],
    [['status', '--json'], isJson],
    [['status'], isText],
    [['providers', '--json'], isJson],
    [['providers', 'github'], isText],
    [['providers'], isText],
    [['--version'], lines(/^\d+\.\d+\.\d+\n$/)],
    [['--help'], isText],
    [['logout', '--json', '--debug'], isJson],
  ])('%j', async (args, isItsContract) => {
    const { code, stdout, stderr } = await home.run(args, { env: WARNINGS });
    expect([code, isItsContract(stdout)], stdout).toEqual([0, true]);
    if (args[0]?.startsWith('--') !== true) {
      expect(stripVTControlCharacters(stderr)).toContain('warning: NODE_TLS_REJECT_UNAUTHORIZED');
    }
  });

  it('login --json, and login', async () => {
    const json = await home.signIn([...target(), '--json', '--debug'], { env: WARNINGS });
    expect(JSON.parse(json.stdout)).toMatchObject({ profile: { preferred_username: 'ada' } });
    const text = await home.signIn(target(), { env: WARNINGS });
    expect(stripVTControlCharacters(text.stdout)).toMatch(
      /^(?:✓ )?Signed in to .+ as ada .+\n {2}stored: .+\n {2}scopes: .+\n {2}valid: .+\n$/,
    );
  });

  it('setup', async () => {
    const args = ['setup', 'own', '--issuer', server.issuer, '--allow-http-loopback', '--client-id', 'c'];
    const { code, stdout } = await home.run(args, { env: WARNINGS });
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^Saved the client for .+\.\nSign in with: .+\n$/),
    ]);
  });

  it.each([[['token', 'nobody']], [['whoami', '--account', 'x']], [['--bogus']], [['logout', 'github']]])(
    '%j, which fails, leaves it empty',
    async (args) => {
      const { code, stdout } = await home.run(args, { env: WARNINGS });
      expect([code !== 0, stdout]).toEqual([true, '']);
    },
  );
});

describe('T74 a standard output that takes nothing', () => {
  const stack = /^\s+at |Error:|node:/m;
  const commands: readonly (readonly [string, string[], number])[] = [
    ['token', ['token'], 0],
    ['token --refresh', ['token', '--refresh'], 0],
    ['whoami --offline', ['whoami', '--offline'], 0],
    ['status --json', ['status', '--json'], 0],
    ['providers', ['providers'], 0],
    ['--help', ['--help'], 0],
    ['logout', ['logout'], 0],
    ['token nobody', ['token', 'nobody'], 2],
  ];
  const shell = (script: string, args: readonly string[]) =>
    endOf(
      spawn('/bin/bash', ['-c', script, 'bash', command.path, ...args], {
        env: { PATH: process.env.PATH, HOME: home.home, OAUTH_LOGIN_STORE: 'file' },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );

  it.each(commands)('%s: a code, no stack', async (_name, args, failing) => {
    const { code, stderr } = await shell('"$@" >/dev/full', args);
    expect([code, stderr]).toEqual([failing || 8, expect.not.stringMatching(stack)]);
    expect(stderr.includes('cannot write to standard output (no space left on the disk)')).toBe(
      failing === 0,
    );
  });

  it('request, whose answer is written as it arrives: the same', async () => {
    const args = ['request', server.issuer, `${server.issuer}/me`];
    const { code, stderr } = await shell('"$@" >/dev/full', args);
    expect([code, stderr]).toEqual([8, expect.not.stringMatching(stack)]);
    expect(stderr).toContain('cannot write to standard output (no space left on the disk)');
    expect((await shell('"$@"', args)).code).toBe(0);
  });

  it.each(commands)('%s: nor when its reader has gone, or was never there', async (_name, args, failing) => {
    for (const script of ['set -o pipefail; "$@" | true', '"$@" >&-']) {
      const { code, stderr } = await shell(script, args);
      // A reader that goes late has taken everything; a descriptor that was closed, Node opens on /dev/null.
      expect(failing === 0 ? [0, 141, args[0] === 'logout' ? 4 : 0] : [failing]).toContain(code);
      expect(stderr).not.toMatch(stack);
    }
  });

  it('and a standard error that takes nothing changes no answer', async () => {
    for (const script of ['"$@" 2>/dev/full', '"$@" 2>&-']) {
      const { code, stdout } = await shell(script, ['token', '--refresh', '--debug']);
      expect([code, isToken(stdout)]).toEqual([0, true]);
    }
  });
});
