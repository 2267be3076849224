import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { type BundledScript, type Ended, endOf } from '../support/bundled-script.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { type CiIdentityStub, startCiIdentity } from '../support/ci-identity.ts';
import { openCommandLine } from '../support/command-line.ts';
import { bundleCommand } from '../support/command-process.ts';
import { tokenCommand } from '../support/machine-line.ts';
import { CLIENT_SECRET, clientKey, startMachineServer } from '../support/machine-server.ts';
import { startOf } from '../support/programs.ts';

const REFRESH_TOKEN = 'xK7Vq2mTz9LrB4wNc8PdYs';
const key = clientKey('ES256');
let ci: CiIdentityStub;
let server: AuthorizationServer;
/** A server that rotates refresh tokens, and ends all of them when one is used twice. */
let people: AuthorizationServer;
let command: BundledScript;
let home: string;

beforeAll(async () => {
  command = bundleCommand();
  ci = await startCiIdentity();
  people = await startAuthorizationServer();
  server = await startMachineServer({ clients: new Map([['ES256', key]]) }, () => ci);
});
afterAll(async () => {
  command.remove();
  await server.close();
  await people.close();
  await ci.close();
});
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'oauth-login-job-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function startJob(env: Record<string, string>, argv: readonly string[]) {
  return spawn(...startOf(command, argv), {
    env: { PATH: process.env.PATH, HOME: home, CI: 'true', ...env },
    cwd: home,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

async function runJob(env: Record<string, string>, argv: readonly string[], input = ''): Promise<Ended> {
  const child = startJob(env, argv);
  child.stdin?.end(input);
  return endOf(child);
}

const ask = (grant: string, ...more: string[]) => tokenCommand(server.issuer, grant, ...more);

describe('a job of a CI system', () => {
  it('gets a token for itself with a secret in the environment, and leaves nothing behind', async () => {
    const env = {
      OAUTH_LOGIN_AS_CLIENT_ID: 'machine-client_secret_post',
      OAUTH_LOGIN_AS_CLIENT_SECRET: CLIENT_SECRET,
    };
    const job = await runJob(env, ask('client-credentials', '--scope', 'read'));
    expect(job).toMatchObject({ code: 0, stderr: '' });
    expect(job.stdout).toBe(`${server.issuedSecrets('access_token').at(-1)}\n`);
    expect(readdirSync(home)).toEqual([]);
  });

  it('whose variables end in a line break sends none of them', async () => {
    const env = {
      OAUTH_LOGIN_AS_CLIENT_ID: 'machine-client_secret_post\n',
      OAUTH_LOGIN_AS_CLIENT_SECRET: `${CLIENT_SECRET}\r\n`,
    };
    expect(await runJob(env, ask('client-credentials'))).toMatchObject({ code: 0, stderr: '' });
    expect(server.requestsTo('token').at(-1)?.form.get('client_secret')).toBe(CLIENT_SECRET);
  });

  it('gets one with a key on standard input', async () => {
    const argv = ask('client-credentials', '--client-id', 'machine-key-ES256', '--key-file', '-');
    expect(await runJob({}, argv, key.pem)).toMatchObject({ code: 0, stderr: '' });
  });

  it('exchanges its own identity, as GitHub Actions gives it', async () => {
    const job = await runJob(
      ci.env,
      ask('token-exchange', '--client-id', 'machine-public', '--subject-from', 'ci'),
    );
    const token = server.issuedSecrets('access_token').at(-1);
    // The job's log learns to mask it before it is printed.
    expect(job).toMatchObject({ code: 0, stderr: `::add-mask::${token}\n`, stdout: `${token}\n` });
  });

  it('exchanges its own identity, as GitLab gives it', async () => {
    const env = { OAUTH_LOGIN_ID_TOKEN: ci.sign({ aud: server.issuer }) };
    const argv = ask(
      'token-exchange',
      '--client-id',
      'machine-public',
      '--subject-token-env',
      'OAUTH_LOGIN_ID_TOKEN',
    );
    expect(await runJob(env, argv)).toMatchObject({ code: 0, stderr: '' });
  });

  it('keeps its token sealed with a passphrase, when told to', async () => {
    const env = {
      OAUTH_LOGIN_AS_CLIENT_SECRET: CLIENT_SECRET,
      OAUTH_LOGIN_STORE: 'passphrase',
      OAUTH_LOGIN_PASSPHRASE: 'correct horse battery staple',
    };
    const argv = ask('client-credentials', '--client-id', 'machine-client_secret_post');
    const first = await runJob(env, argv);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const before = server.requests.length;
    expect((await runJob(env, argv)).stdout).toBe(first.stdout);
    expect(server.requests.length).toBe(before);
    expectNoSecrets({ directory: home }, [first.stdout.trim(), CLIENT_SECRET]);
  });

  it.each([2, 10])(
    '%i at once spend one refresh token file after another, and none is lost',
    async (count) => {
      const person = openCommandLine({ user: 'ada' });
      await person.run(people.issuer, '--client-id', people.clientId, '--allow-http-loopback');
      person.close();
      const file = join(home, 'refresh');
      writeFileSync(file, `${people.issuedSecrets('refresh_token').at(-1)}\n`, { mode: 0o600 });
      const argv = [
        ...['token', 'as', '--issuer', people.issuer, '--allow-http-loopback', '--grant', 'refresh-token'],
        ...['--client-id', people.clientId, '--refresh-token-file', file, '--rotate-to', 'refresh'],
      ];
      const jobs = await Promise.all(Array.from({ length: count }, () => runJob({}, argv)));
      expect(jobs.map(({ code, stderr }) => [code, stderr])).toEqual(jobs.map(() => [0, '']));
      expect(new Set(jobs.map(({ stdout }) => stdout)).size).toBe(count);
      expect(readFileSync(file, 'utf8')).toBe(`${people.issuedSecrets('refresh_token').at(-1)}\n`);
      expect((await runJob({}, argv)).code).toBe(0);
    },
  );

  it('reads a key on standard input once, also where the refresh token is read again under the lock', async () => {
    const file = join(home, 'refresh');
    writeFileSync(file, `${REFRESH_TOKEN}\n`, { mode: 0o600 });
    const argv = [
      ...ask('refresh-token', '--client-id', 'machine-key-ES256', '--key-file', '-'),
      ...['--refresh-token-file', file, '--rotate-to', file],
    ];
    const before = server.hits('token');
    const job = await runJob({}, argv, key.pem);
    // The server knows no such token, but it knows the client by its key.
    expect([job.code, job.stderr]).toEqual([4, expect.stringContaining('invalid_grant')]);
    expect(server.hits('token')).toBe(before + 1);
  });

  it('rotates a refresh token also where there is no place for a lock, and says so', async () => {
    const person = openCommandLine({ user: 'ada' });
    await person.run(people.issuer, '--client-id', people.clientId, '--allow-http-loopback');
    person.close();
    const file = join(home, 'refresh');
    writeFileSync(file, `${people.issuedSecrets('refresh_token').at(-1)}\n`, { mode: 0o600 });
    const data = join(home, 'data');
    mkdirSync(data, { mode: 0o700 });
    writeFileSync(join(data, 'locks'), 'in the way');
    const job = await runJob({ OAUTH_LOGIN_DATA_DIR: data }, [
      ...['token', 'as', '--issuer', people.issuer, '--allow-http-loopback', '--grant', 'refresh-token'],
      ...['--client-id', people.clientId, '--refresh-token-file', file, '--rotate-to', file],
    ]);
    expect([job.code, job.stderr]).toEqual([
      0,
      expect.stringMatching(/warning: do not run two of these commands at once/),
    ]);
    expect(readFileSync(file, 'utf8')).toBe(`${people.issuedSecrets('refresh_token').at(-1)}\n`);
  });

  it.each<[string, [string, ...string[]], number, RegExp]>([
    ['a client id', ['client-credentials'], 3, /OAUTH_LOGIN_AS_CLIENT_ID/],
    ['a secret', ['client-credentials', '--client-id', 'x'], 3, /OAUTH_LOGIN_AS_CLIENT_SECRET/],
    ['a refresh token', ['refresh-token', '--client-id', 'x'], 3, /OAUTH_LOGIN_AS_REFRESH_TOKEN/],
    ['a subject token', ['token-exchange'], 3, /OAUTH_LOGIN_AS_SUBJECT_TOKEN/],
    ['a permission', ['token-exchange', '--subject-from', 'ci'], 3, /id-token: write/],
  ])(
    'that lacks %s ends without a request and without waiting for standard input',
    async (_what, flags, code, variable) => {
      const before = server.requests.length;
      // Standard input stays open: who waited for it would never end.
      const child = startJob({ GITHUB_ACTIONS: 'true' }, ask(...flags));
      const job = await endOf(child);
      child.stdin?.destroy();
      expect(job.code).toBe(code);
      expect(job.stderr).toMatch(variable);
      expect(job.stdout).toBe('');
      expect(server.requests.length).toBe(before);
    },
  );

  it('that nobody signed in for ends with 4 and the variable to set', async () => {
    const job = await runJob({}, ['token', 'github']);
    expect(job.code).toBe(4);
    expect(job.stderr).toMatch(/OAUTH_LOGIN_GITHUB_TOKEN/);
  });

  it('is given a token from outside', async () => {
    expect(await runJob({ OAUTH_LOGIN_GITHUB_TOKEN: 'ghp_from-outside' }, ['token', 'github'])).toMatchObject(
      {
        code: 0,
        stdout: 'ghp_from-outside\n',
        stderr: '',
      },
    );
  });

  it('T13 shows no secret in its command line', async () => {
    const file = join(home, 'refresh');
    writeFileSync(file, REFRESH_TOKEN, { mode: 0o600 });
    server.breakEndpoint('token', { kind: 'hang' });
    const child = startJob(
      { OAUTH_LOGIN_AS_CLIENT_SECRET: CLIENT_SECRET },
      ask('refresh-token', '--client-id', 'machine-client_secret_post', '--refresh-token-file', file),
    );
    try {
      await expect
        .poll(() => server.requestsTo('token').at(-1)?.body ?? '')
        .toContain(`refresh_token=${REFRESH_TOKEN}`);
      const cmdline = readFileSync(`/proc/${child.pid}/cmdline`, 'utf8');
      expect(cmdline).toContain('--refresh-token-file');
      expectNoSecrets(cmdline, [REFRESH_TOKEN, CLIENT_SECRET]);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
      server.restore();
    }
  });
});
