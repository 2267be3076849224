import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { buildCommand, type CommandHome, openHome } from '../support/built-command.ts';
import type { Program } from '../support/programs.ts';

const PROCESSES = 20;
/** Seconds an access token lives; those of a sign-in on a clock that is 50 behind seem half spent at once. */
const LIFETIME = 100;
const BEHIND = -50;

let command: Program;
let server: AuthorizationServer;
let home: CommandHome;
const target = () => [server.issuer, '--client-id', server.clientId, '--allow-http-loopback'];
const refreshes = () =>
  server.requestsTo('token').filter(({ form }) => form.get('grant_type') === 'refresh_token').length;

beforeAll(async () => {
  [command, server] = await Promise.all([
    buildCommand(),
    startAuthorizationServer({ accessTokenLifetime: LIFETIME }),
  ]);
});
afterAll(async () => {
  await server?.close();
  command?.remove();
});
beforeEach(async () => {
  home = openHome(command);
  expect(await home.runHere(target(), { ahead: BEHIND })).toMatchObject({ code: 0 });
});
afterEach(() => {
  server.restore();
  home.close();
});

/** Starts as many at once, each with a token that is due; says what they did together. */
async function atOnce(...args: string[]) {
  const before = refreshes();
  const ended = await Promise.all(Array.from({ length: PROCESSES }, () => home.run(args)));
  return {
    requests: refreshes() - before,
    codes: [...new Set(ended.map(({ code }) => code))],
    tokens: [...new Set(ended.map(({ stdout }) => stdout.trim()))],
    complaints: ended.map(({ stderr }) => stderr).filter((text) => text !== ''),
  };
}

const isAccepted = async (token: string | undefined) =>
  (await fetch(`${server.issuer}/me`, { headers: { authorization: `Bearer ${token}` } })).status === 200;

describe('T26 twenty processes that find the same expired token', () => {
  it('send one request, print the one token it brought, and nobody is signed out', async () => {
    server.breakEndpoint('token', { kind: 'late', milliseconds: 1_500 });
    const { tokens, ...rest } = await atOnce('token');
    expect(rest).toEqual({ requests: 1, codes: [0], complaints: [] });
    expect([tokens.length, await isAccepted(tokens[0])]).toEqual([1, true]);
    server.restore();
    expect((await home.run(['token', '--refresh'])).code).toBe(0);
  });

  it('are all told the same when the server refuses, and ask it once', async () => {
    server.breakEndpoint('token', { kind: 'reply', status: 400, body: '{"error":"invalid_grant"}' });
    const { requests, codes, tokens } = await atOnce('token');
    expect({ requests, codes, tokens }).toEqual({ requests: 1, codes: [4], tokens: [''] });
  });
});

describe('T26 a refresh that never ends', () => {
  it('by SIGKILL leaves the sign-in usable, and no lock in the way', async () => {
    server.breakEndpoint('token', { kind: 'hang' });
    const before = server.hits('token');
    const running = home.start(['token']);
    await expect.poll(() => server.hits('token')).toBeGreaterThan(before);
    running.kill('SIGKILL');
    await running.ended;
    server.restore();
    const token = await home.run(['token']);
    expect([token.code, token.stderr]).toEqual([0, '']);
    expect(await isAccepted(token.stdout.trim())).toBe(true);
  });

  it('by SIGKILL after the server spent the token asks to sign in again, and says how', async () => {
    server.breakEndpoint('token', { kind: 'late', milliseconds: 20_000 });
    const before = server.hits('token');
    const running = home.start(['token']);
    await expect.poll(() => server.hits('token')).toBeGreaterThan(before);
    await expect.poll(() => server.requestsTo('token').length).toBeGreaterThan(before);
    await sleep(300);
    running.kill('SIGKILL');
    await running.ended;
    server.restore();
    const token = await home.run(['token']);
    expect([token.code, token.stdout]).toEqual([4, '']);
    expect(token.stderr).toMatch(
      /the reply to a refresh that was sent at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC was not stored, because the process was stopped/,
    );
    expect(token.stderr).toContain('sign in again with: oauth-login');
    expect((await home.run(['status'])).code).toBe(0);
    expect((await home.signIn(target())).code).toBe(0);
    expect((await home.run(['token', '--refresh'])).code).toBe(0);
  });
});

describe('T28 a refresh that is to stop after the server spent the token', () => {
  const finishing = 'oauth-login: finishing a refresh that is under way\n';

  it.each([
    ['SIGINT', 1, 'SIGINT'],
    ['SIGINT', 4, 'SIGINT'],
    ['SIGTERM', 3, 130],
    ['SIGHUP', 2, 130],
  ] as const)('by %s, %i times: it is stored first, and says so once', async (signal, times, end) => {
    server.breakEndpoint('token', { kind: 'late', milliseconds: 2_000 });
    const before = server.hits('token');
    const running = home.start(['token', '--refresh']);
    await expect.poll(() => server.hits('token')).toBeGreaterThan(before);
    for (let time = 0; time < times; time += 1) {
      await sleep(200);
      running.kill(signal);
    }
    const ended = await running.ended;
    expect([ended.code ?? ended.signal, ended.stdout]).toEqual([end, '']);
    expect(ended.stderr.startsWith(`${finishing}oauth-login: error: interrupted\n`)).toBe(true);
    expect(ended.stderr.split(finishing)).toHaveLength(2);
    server.restore();
    const hits = server.hits('token');
    const token = await home.run(['token']);
    expect([token.code, token.stderr, server.hits('token')]).toEqual([0, '', hits]);
    expect(await isAccepted(token.stdout.trim())).toBe(true);
    // Were the old refresh token still stored, the server would take this for a theft.
    expect((await home.run(['token', '--refresh'])).code).toBe(0);
  });

  it('by SIGINT runs no command with it', async () => {
    server.breakEndpoint('token', { kind: 'late', milliseconds: 1_000 });
    const before = server.hits('token');
    const running = home.start(['exec', server.issuer, '--as', 'T', '--', 'echo', 'it ran']);
    await expect.poll(() => server.hits('token')).toBeGreaterThan(before);
    running.kill('SIGINT');
    await sleep(200);
    running.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: null, signal: 'SIGINT', stdout: '' });
    server.restore();
    expect((await home.run(['token', '--refresh'])).code).toBe(0);
  });

  it('by SIGTERM: one that was handed over is replaced in its file', async () => {
    const stored = await home.run(['token', '--refresh']);
    expect(stored.code).toBe(0);
    const file = join(home.home, 'refresh-token');
    const [spent = ''] = server.issuedSecrets('refresh_token').slice(-1);
    writeFileSync(file, `${spent}\n`, { mode: 0o600 });
    server.breakEndpoint('token', { kind: 'late', milliseconds: 1_500 });
    const before = server.hits('token');
    const flags = ['--grant', 'refresh-token', '--refresh-token-file', file, '--rotate-to', file];
    const running = home.start(['token', ...target(), ...flags]);
    await expect.poll(() => server.hits('token')).toBeGreaterThan(before);
    for (let time = 0; time < 3; time += 1) {
      running.kill('SIGTERM');
      await sleep(200);
    }
    const ended = await running.ended;
    expect([ended.code, ended.stdout]).toEqual([130, '']);
    expect(ended.stderr.startsWith(`${finishing}oauth-login: error: interrupted\n`)).toBe(true);
    const rotated = readFileSync(file, 'utf8').trim();
    expect(rotated).not.toBe(spent);
    expect(server.issuedSecrets('refresh_token')).toContain(rotated);
  });
});

describe('T63 a clock that is wrong by ten minutes', () => {
  it.each([
    ['ahead', 600],
    ['behind', -600],
  ])('%s: the sign-in is refused, and the error says to look at the clock', async (_way, seconds) => {
    const login = await home.signIn(target(), { env: home.clockAhead(seconds) });
    expect(login.code).toBe(6);
    expect(login.stderr).toMatch(/\noauth-login: hint: .*clock of this machine/);
  });

  it('ahead: a token that has time left is refreshed once, and is good', async () => {
    const before = refreshes();
    const token = await home.run(['token'], { env: home.clockAhead(600) });
    expect([token.code, refreshes() - before]).toEqual([0, 1]);
    expect(await isAccepted(token.stdout.trim())).toBe(true);
    expect(token.stderr).toMatch(
      /^note: the clock of this machine is (9|10) minutes ahead of that of \S+; set it, or sign-ins may be refused\n$/,
    );
  });

  it.each([
    ['a day', -86_400, '23 hours|day'],
    ['ten years', 315_360_000, '36[45]\\d days'],
  ])('by %s: refreshed once, and the note says how far', async (_much, seconds, said) => {
    const before = refreshes();
    const token = await home.run(['token'], { env: home.clockAhead(seconds) });
    expect([token.code, refreshes() - before]).toEqual([0, 1]);
    expect(await isAccepted(token.stdout.trim())).toBe(true);
    expect(token.stderr).toMatch(new RegExp(`^note: the clock .* (?:${said}) (?:ahead of|behind) `));
  });

  it('by four minutes: nothing is said of it', async () => {
    const token = await home.run(['token', '--refresh'], { env: home.clockAhead(-240) });
    expect([token.code, token.stderr]).toEqual([0, '']);
  });

  it('behind: a token that seems to be from the future is not trusted but refreshed once', async () => {
    const before = refreshes();
    const token = await home.run(['token'], { env: home.clockAhead(-600) });
    expect([token.code, refreshes() - before]).toEqual([0, 1]);
    expect(await isAccepted(token.stdout.trim())).toBe(true);
  });
});
