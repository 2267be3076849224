import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AbortedError } from '../../src/ground/errors.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { openMachineLine, tokenCommand } from '../support/machine-line.ts';
import { standardInput } from '../support/standard-input.ts';

let server: AuthorizationServer;
let job: CommandLine;
let refreshToken: string;

beforeAll(async () => {
  server = await startAuthorizationServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  const line = closeAfterTest(openCommandLine({ user: 'ada' }));
  await line.run(server.issuer, '--client-id', server.clientId, '--allow-http-loopback');
  refreshToken = server.issuedSecrets('refresh_token').at(-1) ?? '';
  job = closeAfterTest(
    openMachineLine({ OAUTH_LOGIN_STORE: '', OAUTH_LOGIN_AS_REFRESH_TOKEN: refreshToken }),
  );
});
afterEach(() => server.restore());

const command = (...more: string[]) =>
  tokenCommand(server.issuer, 'refresh-token', '--client-id', server.clientId, ...more);
const ask = (...more: string[]) => job.run(...command(...more));
const without = () => ({ env: { ...job.context.env, OAUTH_LOGIN_AS_REFRESH_TOKEN: '' } });
const newest = () => server.issuedSecrets('refresh_token').at(-1) ?? '';
const isGone = (name: string) => readdirSync(job.directory).every((entry) => !entry.includes(name));

describe('a refresh token that was handed over', () => {
  it('gives an access token; a new refresh token that is kept nowhere is worth a warning that names the flag', async () => {
    const { stdout, stderr, exitCode } = await ask();
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`${server.issuedSecrets('access_token').at(-1)}\n`);
    expect(newest()).not.toBe(refreshToken);
    expect(stderr).toMatch(/^oauth-login: warning: .+ --rotate-to FILE\n$/);
    expectNoSecrets(stderr, [refreshToken, newest()]);
    expect(existsSync(join(job.directory, 'data'))).toBe(false);
  });

  it('comes from a file, or from standard input', async () => {
    const file = join(job.directory, 'token');
    writeFileSync(file, `${refreshToken}\n`, { mode: 0o600 });
    expect(
      (await job.runIn(without(), ...command('--refresh-token-file', file, '--rotate-to', file))).exitCode,
    ).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(`${newest()}\n`);
    const typed = standardInput(`${newest()}\n`);
    const piped = await job.runIn({ ...without(), stdin: typed }, ...command('--refresh-token-file', '-'));
    expect(piped.exitCode).toBe(0);
  });

  it('can be spent on fewer scopes', async () => {
    const { stdout } = await ask('--scope', 'openid', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ scope: 'openid' });
    expect(server.requestsTo('token').at(-1)?.form.get('scope')).toBe('openid');
  });

  it('that is spent already: exit 4 names the variable', async () => {
    await ask();
    const outcome = await ask('--json');
    expect(errorOf(outcome)).toMatchObject({
      code: 'refresh_rejected',
      exit_code: 4,
      hint: expect.stringMatching(/OAUTH_LOGIN_AS_REFRESH_TOKEN.*--rotate-to/),
    });
    expectNoSecrets(job.everythingSaid().replaceAll(/^[\w-]{43}$/gm, ''), server.issuedSecrets());
  });

  it.each(['two words', 'a\nb', 'ümlaut'])(
    'that is none (%j) is refused before anything is sent',
    async (text) => {
      const before = server.requests.length;
      const env = { ...job.context.env, OAUTH_LOGIN_AS_REFRESH_TOKEN: text };
      expect(errorOf(await job.runIn({ env }, ...command('--json')))).toMatchObject({
        code: 'config_invalid_value',
        exit_code: 3,
      });
      expect(server.requests.length).toBe(before);
    },
  );

  it('meets a server that failed: exit 7, and the file of the new one is left as it is', async () => {
    const file = join(job.directory, 'rotated');
    writeFileSync(file, 'before\n', { mode: 0o600 });
    server.breakEndpoint('token', { kind: 'html', status: 502 });
    expect((await ask('--rotate-to', file)).exitCode).toBe(7);
    expect(readFileSync(file, 'utf8')).toBe('before\n');
    expect(isGone('.tmp')).toBe(true);
  });
});

describe('a refresh token that was rotated', () => {
  it('is in its file, for its owner only, before the access token is answered', async () => {
    const file = join(job.directory, 'rotated');
    const seen: string[] = [];
    const stdout = { write: (_text: string) => seen.push(readFileSync(file, 'utf8')) };
    const { exitCode, stderr } = await job.runIn({ stdout }, ...command('--rotate-to', file));
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(seen).toEqual([`${newest()}\n`]);
    expect(newest()).not.toBe(refreshToken);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(isGone('.tmp')).toBe(true);
  });

  it('is in its file although the rest of the answer is refused', async () => {
    const file = join(job.directory, 'rotated');
    server.rewriteReply('token', (body) => ({ ...body, access_token: 'a\nb' }));
    expect(await ask('--rotate-to', file)).toMatchObject({ exitCode: 6, stdout: '' });
    expect(newest()).not.toBe(refreshToken);
    expect(readFileSync(file, 'utf8')).toBe(`${newest()}\n`);
    expect(isGone('.tmp')).toBe(true);
  });

  it('takes the place of the old one in a file that others could read, and closes it to them', async () => {
    const file = join(job.directory, 'rotated');
    writeFileSync(file, `${refreshToken}\n`, { mode: 0o644 });
    expect((await ask('--rotate-to', file)).exitCode).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(`${newest()}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('reaches its file even when Ctrl-C comes while the server answers', async () => {
    const file = join(job.directory, 'rotated');
    const stop = new AbortController();
    server.rewriteReply('token', (body) => {
      stop.abort(new AbortedError());
      return body;
    });
    await job.runIn({ signal: stop.signal }, ...command('--rotate-to', file));
    expect(stop.signal.aborted).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe(`${newest()}\n`);
  });

  it('is not the one that was sent: a server that rotates nothing leaves the file alone', async () => {
    const file = join(job.directory, 'rotated');
    server.rewriteReply('token', ({ refresh_token: _, ...body }) => body);
    expect(await ask('--rotate-to', file)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(existsSync(file)).toBe(false);
    expect(isGone('.tmp')).toBe(true);
  });

  it('cannot be written to a socket: exit 3 before anything is sent, and it stays what it is', async () => {
    const file = join(job.directory, 'socket');
    const socket = createServer().listen(file);
    await once(socket, 'listening');
    const before = server.requests.length;
    expect(errorOf(await ask('--rotate-to', file, '--json'))).toMatchObject({ code: 'config_write_failed' });
    expect(server.requests.length).toBe(before);
    expect(statSync(file).isSocket()).toBe(true);
    socket.close();
  });

  it.each<[string, (directory: string) => string]>([
    ['a directory that is not there', (directory) => join(directory, 'nowhere', 'rotated')],
    ['a directory', (directory) => directory],
    [
      'a link',
      (directory) => {
        symlinkSync(join(directory, 'elsewhere'), join(directory, 'link'));
        return join(directory, 'link');
      },
    ],
    [
      'a file beneath a file',
      (directory) => {
        writeFileSync(join(directory, 'plain'), '');
        return join(directory, 'plain', 'rotated');
      },
    ],
  ])('cannot be written to %s: exit 3 before anything is sent', async (_what, place) => {
    mkdirSync(job.directory, { recursive: true });
    const before = server.requests.length;
    const outcome = await ask('--rotate-to', place(job.directory), '--json');
    expect(errorOf(outcome)).toMatchObject({
      code: 'config_write_failed',
      exit_code: 3,
      hint: expect.stringContaining('nothing was sent'),
    });
    expect(server.requests.length).toBe(before);
  });
});
