import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findAccount } from '../../src/api.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { type CalledApi, openCalledApi } from '../support/called-api.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import type { CommandLine } from '../support/command-line.ts';
import { configurationOf, writeConfiguration } from '../support/configuration-file.ts';
import { openLibraryCaller } from '../support/library-caller.ts';
import { runProxied } from '../support/proxied-command.ts';

const CLUSTER = 'https://cluster.example.com';
const KUBERNETES_EXEC_INFO = JSON.stringify({
  apiVersion: 'client.authentication.k8s.io/v1',
  kind: 'ExecCredential',
  spec: { cluster: { server: CLUSTER } },
});
const KEPT_BYTES = 1_048_576;

let server: AuthorizationServer;
let called: CalledApi;
let line: CommandLine;
let file: string;

beforeAll(async () => {
  server = await startAuthorizationServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  called = closeAfterTest(await openCalledApi(server));
  ({ line } = called);
  file = join(line.context.paths.dataDir, 'releases.jsonl');
  const work = { issuer: server.issuer, api_origins: [called.api.origin, CLUSTER] };
  configure({ log_releases: true, providers: { work } });
});

function configure(more: object): void {
  const before = configurationOf(line) as object;
  writeConfiguration(line, { ...before, ...more });
}

function lines(): readonly Record<string, unknown>[] {
  const [last, ...others] = readFileSync(file, 'utf8').split('\n').toReversed();
  expect(last).toBe('');
  return others.toReversed().map((text) => JSON.parse(text));
}

const startChild = async () => ({ exitCode: Promise.resolve(0) });
const scopes = async (): Promise<unknown> =>
  JSON.parse((await line.run('status', '--json')).stdout).accounts[0].scopes;

/** Hands the token out until the file is written, and stops. */
async function keep(): Promise<void> {
  const stop = new AbortController();
  const kept = line.runIn({ signal: stop.signal }, 'keep', 'work', join(line.directory, 'token'));
  await expect.poll(() => readdirSync(line.directory)).toContain('token');
  stop.abort(new Error('stopped'));
  await kept;
}

async function askLibrary(): Promise<void> {
  openLibraryCaller(server, line.directory);
  await (await findAccount('work'))?.token();
}

const proxied = () =>
  runProxied(line, [], async ({ ask }) => {
    // The token is handed out for all of these at once.
    await Promise.all([ask('/thing'), ask('/thing')]);
  });

describe('the release log', () => {
  it.each<[string, () => Promise<unknown>, object]>([
    ['token', () => line.run('token'), {}],
    ['token', () => line.run('token', 'work', '--refresh'), {}],
    ['token', () => line.run('token', 'work', '--scope', 'openid'), { scopes: ['openid'] }],
    ['token', () => line.run('token', '--id-token'), { token: 'id_token', scopes: undefined }],
    ['exec', () => line.runIn({ startChild }, 'exec', 'work', '--', 'program'), {}],
    ['request', () => called.request(`${called.api.origin}/thing`), {}],
    ['proxy', proxied, {}],
    ['keep', keep, {}],
    ['credential oauthbearer', () => line.run('credential', 'oauthbearer', 'work'), {}],
    [
      'credential kubernetes',
      () =>
        line.runIn(
          { env: { ...line.context.env, KUBERNETES_EXEC_INFO } },
          'credential',
          'kubernetes',
          'work',
        ),
      { token: 'id_token', scopes: undefined },
    ],
    ['library', askLibrary, { caller: expect.objectContaining({ pid: process.pid }) }],
  ])('has one line for a token that goes to %s (%#)', async (command, handOut, more) => {
    const expected = {
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      account: 'work:ada',
      token: 'access_token',
      scopes: await scopes(),
      command,
      caller: expect.objectContaining({ pid: process.ppid }),
      ...more,
    };
    await handOut();
    expect(lines()).toEqual([expected]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expectNoSecrets(readFileSync(file, 'utf8'), server.issuedSecrets());
  });

  it('names the variable that a token of nobody comes from', async () => {
    const env = { ...line.context.env, OAUTH_LOGIN_GITHUB_TOKEN: 'gho_canary0123456789' };
    expect((await line.runIn({ env }, 'token', 'github')).exitCode).toBe(0);
    expect(lines()).toEqual([
      expect.objectContaining({ provider: 'github', variable: 'OAUTH_LOGIN_GITHUB_TOKEN', command: 'token' }),
    ]);
    expectNoSecrets(readFileSync(file, 'utf8'), ['gho_canary0123456789']);
  });

  it('has no line for what looks at the account, and is not there unless the configuration says so', async () => {
    await line.run('whoami');
    await line.run('status');
    configure({ log_releases: false });
    await line.run('token');
    configure({ log_releases: undefined });
    await line.run('token');
    expect(readdirSync(line.context.paths.dataDir)).not.toContain('releases.jsonl');
  });

  it('keeps one old file when it is full, and loses no line', async () => {
    await line.run('token');
    const old = join(line.context.paths.dataDir, 'releases.old.jsonl');
    const [first] = readFileSync(file, 'utf8').split('\n');
    for (const round of [1, 2]) {
      writeFileSync(file, `${'x'.repeat(KEPT_BYTES - 2)}${round}\n`, { mode: 0o600 });
      await Promise.all(Array.from({ length: 4 }, () => line.run('token')));
      expect(lines()).toHaveLength(4);
      expect(readFileSync(old, 'latin1').endsWith(`x${round}\n`)).toBe(true);
      expect(statSync(old).mode & 0o777).toBe(0o600);
    }
    truncateSync(file);
    await line.run('token');
    expect(Object.keys(lines()[0] ?? {})).toEqual(Object.keys(JSON.parse(first ?? '')));
    expect((await line.run('forget', '--everything', '--yes')).exitCode).toBe(0);
    expect(readdirSync(line.directory)).toEqual([]);
  });

  it.each([
    ['a directory', () => mkdirSync(file)],
    ['a link', () => symlinkSync(join(line.directory, 'elsewhere'), file)],
    ['a file that others can read', () => writeFileSync(file, '', { mode: 0o644 })],
  ])('that cannot be written, since there is %s, is told; the token is given', async (_what, spoil) => {
    spoil();
    const { exitCode, stdout, stderr } = await line.run('token');
    expect([exitCode, server.issuedSecrets('access_token').includes(stdout.trim())]).toEqual([0, true]);
    expect(stderr).toMatch(
      /^oauth-login: warning: the release log has no line about this token: .+\noauth-login: hint: .+\n$/,
    );
    expect(readdirSync(line.directory)).not.toContain('elsewhere');
  });
});
