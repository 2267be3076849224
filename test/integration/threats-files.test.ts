import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { buildCommand, type CommandHome, openHome } from '../support/built-command.ts';
import { findSecrets } from '../support/canary.ts';
import { buildProgram, commandOf, type Program, start } from '../support/programs.ts';

const IS_ROOT = process.geteuid?.() === 0;
const OTHER_USER = 65_534;

interface Created {
  readonly path: string;
  /** What another user got who opened it at once. */
  readonly opened: string;
  /** Absent when it was gone by then. */
  readonly mode?: number;
}

let command: Program;
let watcher: Program;
let server: AuthorizationServer;
let home: CommandHome;
const target = () => [server.issuer, '--client-id', server.clientId, '--allow-http-loopback'];
const dataDirectory = () => join(home.home, '.local/share/oauth-login');
const accountFile = () => {
  const directory = join(dataDirectory(), 'accounts');
  return join(directory, readdirSync(directory)[0] ?? '');
};

beforeAll(async () => {
  [command, watcher, server] = await Promise.all([
    buildCommand(),
    buildProgram('watch-created'),
    startAuthorizationServer(),
  ]);
});
afterAll(async () => {
  await server?.close();
  command?.remove();
  watcher?.remove();
});
beforeEach(() => {
  home = openHome(command);
});
afterEach(() => home.close());

/** Only the command's own modes stand between another user and its files. */
function openTheWay(): void {
  mkdirSync(join(home.home, '.local/share'), { recursive: true });
  for (const path of ['..', '.', '.local', '.local/share']) {
    chmodSync(join(home.home, path), 0o755);
  }
}

/** Variables with which the command runs under that umask. */
function underUmask(umask: string): { readonly NODE_OPTIONS: string } {
  const file = join(home.home, '..', 'umask.cjs');
  writeFileSync(file, `process.umask(0o${umask});\n`);
  return { NODE_OPTIONS: `--require ${file}` };
}

describe('T11 what the command makes, opened by another user in the moment it appears', () => {
  it.each(['000', '022'])('cannot be opened, under umask %s: EACCES each time', async (umask) => {
    openTheWay();
    const env = { ...underUmask(umask), OAUTH_LOGIN_STORE: undefined };
    const watching = start(watcher, [home.home, String(OTHER_USER)]);
    await watching.printed('ready');
    const control = join(home.home, '.local/share/control');
    writeFileSync(control, '');
    chmodSync(control, 0o644);
    await sleep(100);

    expect((await home.signIn([...target(), '--store', 'file'], { env })).code).toBe(0);
    for (const args of [['token', '--refresh'], ['whoami'], ['logout']]) {
      expect([args, (await home.run(args, { env })).code]).toEqual([args, 0]);
    }
    await sleep(100);
    watching.kill('SIGTERM');
    const { stdout, stderr } = await watching.ended;
    expect(stderr).toBe('');
    const all: Created[] = JSON.parse(stdout.split('\n')[1] ?? '');

    // It does open what can be opened: the test could fail.
    expect(all.find(({ path }) => path === control)?.opened).toBe('opened');
    const ours = all.filter(({ path }) => path !== control);
    expect(ours.filter(({ opened }) => opened !== 'EACCES')).toEqual([]);
    expect(ours.filter(({ mode = 0 }) => (mode & 0o077) !== 0)).toEqual([]);
    const names = ours.map(({ path }) => basename(path));
    for (const name of ['oauth-login', 'accounts', 'keys', 'locks', 'file.key']) {
      expect(names).toContain(name);
    }
    for (const pattern of [/^[0-9a-f]{32}\.account$/, /\.lock$/, /^\..+\.[0-9a-f]{32}\.tmp$/]) {
      expect(names).toContainEqual(expect.stringMatching(pattern));
    }
  });
});

describe('T11 files that are there before the command', () => {
  it('one that everybody can read is yours only, once it was written', async () => {
    expect((await home.runHere(target())).code).toBe(0);
    const rotated = join(home.home, 'rotated');
    writeFileSync(rotated, 'old');
    chmodSync(rotated, 0o644);
    const held = join(home.home, 'refresh-token');
    writeFileSync(held, server.issuedSecrets('refresh_token').at(-1) ?? '', { mode: 0o600 });
    const grant = [
      '--grant',
      'refresh-token',
      '--refresh-token-file',
      held,
      '--rotate-to',
      rotated,
      '--no-store',
    ];
    const ended = await home.run(['token', ...target(), ...grant]);
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    expect(statSync(rotated).mode & 0o777).toBe(0o600);
    expect(statSync(rotated).size).toBeGreaterThan(10);
  });

  type Change = (file: string) => void;
  const cases: [string, Change, string][] = [
    ['readable by the group', (file) => chmodSync(file, 0o640), 'chmod 600'],
    [
      'a pipe',
      (file) => {
        unlinkSync(file);
        execFileSync('mkfifo', ['-m', '600', file]);
      },
      'rm',
    ],
  ];
  if (IS_ROOT) {
    cases.push(["somebody else's", (file) => chownSync(file, OTHER_USER, OTHER_USER), 'chown 0']);
  }

  describe.each(cases)('one that is %s', (_what, change, remedy) => {
    it.each(['the account', 'the key', 'the refresh token', 'the client secret'])(
      'is refused and not read: %s',
      async (what) => {
        expect((await home.runHere(target())).code).toBe(0);
        const own = join(home.home, 'secret');
        writeFileSync(own, 'CANARY-Tz7pWc4mXq9v', { mode: 0o600 });
        const args = new Map([
          ['the account', ['token']],
          ['the key', ['token']],
          [
            'the refresh token',
            ['token', ...target(), '--grant', 'refresh-token', '--refresh-token-file', own],
          ],
          [
            'the client secret',
            [
              'setup',
              'own',
              '--issuer',
              server.issuer,
              '--client-id',
              'c',
              '--allow-http-loopback',
              '--client-secret-file',
              own,
            ],
          ],
        ]);
        const files = new Map([
          ['the account', accountFile()],
          ['the key', join(dataDirectory(), 'keys/file.key')],
        ]);
        const file = files.get(what) ?? own;
        change(file);
        const before = server.hits('token');
        const ended = await home.run(args.get(what) ?? []);
        expect([ended.code, ended.signal, ended.stdout]).toEqual([8, null, '']);
        expect(ended.stderr).toContain(file);
        expect(ended.stderr).toMatch(new RegExp(`^oauth-login: hint: .*${remedy}`, 'm'));
        expect(findSecrets(ended.stderr, ['CANARY-Tz7pWc4mXq9v', ...server.issuedSecrets()])).toEqual([]);
        expect(server.hits('token')).toBe(before);
        rmSync(file, { force: true });
      },
    );
  });

  it('a pipe that the shell opened for the command is read: <(command)', async () => {
    const setUp = `${target().slice(1).join(' ')} --issuer ${server.issuer} --client-secret-file /dev/fd/3`;
    const line = `printf CANARY-Tz7pWc4mXq9v | "$@" setup own ${setUp} 3<&0`;
    const args = ['-c', line, 'sh', ...commandOf(command)];
    const { stdout } = await promisify(execFile)('/bin/sh', args, { env: home.environment });
    expect(stdout).toContain('with its secret encrypted');
  });
});
