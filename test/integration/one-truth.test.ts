import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect } from 'vitest';
import type { Context } from '../../src/ground/context.ts';
import { it, line, server } from '../support/ada-signs-in.ts';
import { errorOf } from '../support/command-line.ts';
import { FakeKeychain } from '../support/fake-keychain.ts';
import { signInAt } from '../support/sign-in.ts';

const INVALID_TOKEN = {
  kind: 'reply',
  status: 401,
  body: '',
  headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
} as const;
const INVALID_GRANT = { kind: 'reply', status: 400, body: '{"error":"invalid_grant"}' } as const;

/** Runs the commands that hand the token out; each to be kept from doing so. */
async function handOut() {
  const codes: number[] = [];
  for (const words of [
    ['token'],
    ['exec', server.issuer, '--', 'true'],
    ['request', server.issuer, `${server.issuer}/me`],
  ]) {
    codes.push((await line.run(...words)).exitCode);
  }
  return codes;
}

describe('an access token that was seen refused', () => {
  beforeEach(async () => {
    expect((await signInAt(server, line)).exitCode).toBe(0);
  });

  it('is handed out by no command, after whoami has seen it and the refresh was refused too', async () => {
    server.breakEndpoint('userinfo', INVALID_TOKEN);
    server.breakEndpoint('token', INVALID_GRANT);
    expect((await line.run('whoami')).exitCode).toBe(4);
    const userInfos = server.hits('userinfo');
    expect(await handOut()).toEqual([4, 4, 4]);
    expect(server.hits('userinfo')).toBe(userInfos);
    expect((await line.run('status')).stdout).toContain('valid:     expired or revoked; sign in again');
    expect(JSON.parse((await line.run('status', '--json')).stdout).accounts).toMatchObject([
      { token_refused: true, needs_login: expect.stringContaining('invalid_grant') },
    ]);
  });

  it('is not handed out while the refresh fails for another reason, and another one is afterwards', async () => {
    const before = (await line.run('token')).stdout;
    server.breakEndpoint('userinfo', INVALID_TOKEN);
    server.breakEndpoint('token', { kind: 'html', status: 503 });
    const offline = await line.run('whoami');
    expect(offline.exitCode).toBe(7);
    expect(offline.stderr).toMatch(/; to see the stored answer: oauth-login whoami --offline\n$/);
    const named = await line.run('whoami', server.issuer, '--account', 'ada');
    expect(named.stderr).toContain(`: oauth-login whoami ${server.issuer} --account ada --offline\n`);
    expect((await line.run('token')).exitCode).toBe(7);
    expect((await line.run('status')).stdout).toContain('valid:     refused; the next use refreshes it');
    server.restore();
    const later = { ...line.context.clock, now: () => new Date(Date.now() + 10_000) };
    const after = await line.runIn({ clock: later }, 'token');
    expect([after.exitCode, after.stdout === before]).toEqual([0, false]);
    expect((await line.run('status')).stdout).toMatch(/valid: {5}for .+, then refreshed/);
  });

  it('is noted by request where the API says so, and for no other 401', async () => {
    server.breakEndpoint('token', INVALID_GRANT);
    server.breakEndpoint('userinfo', { ...INVALID_TOKEN, headers: { 'www-authenticate': 'Bearer' } }, 1);
    expect((await line.run('request', server.issuer, `${server.issuer}/me`)).exitCode).toBe(4);
    // The refresh token is dead, which leaves the access token its time.
    expect((await line.run('token')).exitCode).toBe(0);
    expect((await line.run('status')).stdout).toMatch(/valid: {5}for .+, then sign in again/);
    server.breakEndpoint('userinfo', INVALID_TOKEN, 1);
    expect((await line.run('request', server.issuer, `${server.issuer}/me`)).exitCode).toBe(4);
    expect((await line.run('token')).exitCode).toBe(4);
  });
});

describe('T37 a readable head that was edited', () => {
  const keychain = new FakeKeychain();
  const passphrase = { env: { BROWSER: 'played', OAUTH_LOGIN_PASSPHRASE: 'correct horse battery' } };
  const signIn = async (changes: Partial<Context>, store: string): Promise<string> => {
    const words = [server.issuer, '--client-id', server.clientId, '--allow-http-loopback', '--json'];
    const { stdout } = await line.runIn(changes, ...words, '--store', store);
    return join(line.directory, 'data/accounts', `${JSON.parse(stdout).account}.account`);
  };
  const edit = (file: string) =>
    writeFileSync(file, readFileSync(file, 'utf8').replace('ada@example.com', 'eve@example.com'));

  it('is not believed where the key is a file', async () => {
    const file = await signIn({}, 'file');
    expect(JSON.parse((await line.run('whoami', '--offline', '--json')).stdout)).toMatchObject({
      email: 'ada@example.com',
      checked: true,
    });
    expect((await line.run('status')).stdout).not.toContain('not checked');
    edit(file);
    const who = await line.run('whoami', '--offline', '--json');
    expect([who.stdout, errorOf(who)]).toEqual(['', expect.objectContaining({ code: 'store_corrupt' })]);
    const status = await line.run('status', '--json');
    expect(JSON.parse(status.stdout)).toMatchObject({
      accounts: [],
      problems: [{ file, code: 'store_corrupt' }],
    });
    const text = await line.run('status');
    expect([text.stdout, text.stderr]).toEqual(['', expect.stringContaining(file)]);
  });

  it.each([
    ['keychain', { openKeychain: keychain.open }],
    ['passphrase', passphrase],
  ])('is said to be unchecked where the key is not at hand (%s)', async (store, changes) => {
    edit(await signIn(changes, store));
    // Nobody is asked for the key.
    const who = await line.run('whoami', '--offline');
    expect(who.stdout).toMatch(/eve@example\.com.+\n {2}as stored; .+\n {2}not checked, .+\n$/);
    expect(JSON.parse((await line.run('whoami', '--offline', '--json')).stdout).checked).toBe(false);
    expect((await line.run('status')).stdout).toMatch(/\n {2}checked: {3}not checked, /);
    expect(JSON.parse((await line.run('status', '--json')).stdout).accounts[0].checked).toBe(false);
  });
});
