import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect } from 'vitest';
import type { Context } from '../../src/ground/context.ts';
import { it, line, server } from '../support/ada-signs-in.ts';
import { errorOf, openCommandLine } from '../support/command-line.ts';
import { FakeKeychain } from '../support/fake-keychain.ts';
import { signInAt } from '../support/sign-in.ts';

/** Runs `logout`, and gives how many requests for revocation it led to. */
async function logOut(changes: Partial<Context>, ...more: string[]) {
  const before = server.hits('revocation');
  const outcome = await line.runIn(changes, 'logout', ...more);
  return { ...outcome, requests: server.hits('revocation') - before };
}

const status = async () => (await line.run('status')).exitCode;

describe('logout of an account whose tokens cannot be opened', () => {
  const keychain = new FakeKeychain();
  const stores = {
    passphrase: { env: { BROWSER: 'played', OAUTH_LOGIN_PASSPHRASE: 'correct horse battery' } },
    keychain: { openKeychain: keychain.open },
  };
  const signIn = (store: keyof typeof stores) =>
    line.runIn(
      stores[store],
      server.issuer,
      '--client-id',
      server.clientId,
      '--allow-http-loopback',
      '--store',
      store,
    );

  it('asks for nothing to be revoked, and keeps it, with a wrong passphrase and without one', async () => {
    expect((await signIn('passphrase')).exitCode).toBe(0);
    for (const [env, code] of [
      [{ OAUTH_LOGIN_PASSPHRASE: 'wrong' }, 'store_passphrase_wrong'],
      [{}, 'store_passphrase_missing'],
    ] as const) {
      const outcome = await logOut({ env }, '--json');
      expect([outcome.exitCode, outcome.requests]).toEqual([8, 0]);
      expect(errorOf(outcome)).toMatchObject({
        code,
        message: expect.stringMatching(/^ada .+ was not signed out of /),
        hint: expect.stringMatching(/set OAUTH_LOGIN_PASSPHRASE.+: oauth-login logout --forget$/),
      });
      expect(JSON.parse(outcome.stdout)).toMatchObject([{ revocation: 'not-asked', forgotten: false }]);
    }
    const unlocked = await logOut(stores.passphrase);
    expect([unlocked.exitCode, unlocked.requests]).toEqual([0, 2]);
  });

  it('keeps it with a locked keychain, and forgets it when told to, which says what stays valid', async () => {
    expect((await signIn('keychain')).exitCode).toBe(0);
    keychain.mode = 'locked';
    const kept = await logOut(stores.keychain);
    expect([kept.exitCode, kept.requests, kept.stdout]).toEqual([8, 0, '']);
    expect(await status()).toBe(0);
    const forgotten = await logOut(stores.keychain, '--forget');
    expect([forgotten.exitCode, forgotten.requests, forgotten.stderr]).toEqual([0, 0, '']);
    expect(forgotten.stdout).toMatch(
      /^Signed out ada .+ was not asked to revoke them \(the fake keychain: store_locked\), so they stay valid until they expire\.\n$/,
    );
    expect(await status()).toBe(4);
  });

  it('keeps it when the key is gone, and names the same command with --forget', async () => {
    expect((await signInAt(server, line)).exitCode).toBe(0);
    rmSync(join(line.directory, 'data/keys/file.key'));
    const kept = await logOut({}, server.issuer, '--account', 'ada@example.com');
    expect([kept.exitCode, kept.requests]).toEqual([8, 0]);
    const command = `oauth-login logout ${server.issuer} --account ada@example.com --forget`;
    expect(kept.stderr).toContain(`: ${command}\n`);
    expect((await line.run(...command.split(' ').slice(1))).exitCode).toBe(0);
    expect(await status()).toBe(4);
  });
});

describe('logout of an account whose tokens the provider does not revoke', () => {
  beforeEach(async () => {
    expect((await signInAt(server, line)).exitCode).toBe(0);
  });

  it.each([
    [
      'is down',
      { kind: 'html', status: 503 },
      7,
      /was asked to revoke them, and that failed \(.+ status 503\)/,
    ],
    ['refuses without a reason', { kind: 'html', status: 401 }, 5, /refused to revoke them \(status 401\)/],
    [
      'refuses',
      { kind: 'reply', status: 400, body: '{"error":"invalid_request"}' },
      5,
      /refused to revoke them \(invalid_request\)/,
    ],
  ] as const)(
    'keeps it when the provider %s; --forget forgets it and says so',
    async (_, fault, code, words) => {
      server.breakEndpoint('revocation', fault);
      const kept = await logOut({}, '--all');
      expect([kept.exitCode, kept.requests, kept.stdout]).toEqual([code, 2, '']);
      expect(kept.stderr).toMatch(/ada .+ was not signed out of .+: oauth-login logout --all --forget\n$/s);
      expect((await line.run('token')).exitCode).toBe(0);
      const forgotten = await logOut({}, '--all', '--forget');
      expect([forgotten.exitCode, forgotten.requests]).toEqual([0, 2]);
      expect(forgotten.stdout).toMatch(words);
      expect(forgotten.stdout).not.toContain('did not confirm');
      expect(await status()).toBe(4);
    },
  );

  it('gives out the revoked access token no more when only the refresh token stays', async () => {
    const before = (await line.run('token')).stdout;
    server.breakEndpoint('revocation', { kind: 'html', status: 503 }, 1);
    expect((await logOut({})).exitCode).toBe(7);
    const after = await line.run('token');
    expect(after.stdout).not.toBe(before);
    // The server of the tests ends the whole grant with any of its tokens.
    expect([after.exitCode, after.stdout]).toEqual([4, '']);
  });

  it('tells of each account that stays with --all', async () => {
    const grace = openCommandLine({ user: 'grace' });
    const { openBrowser } = grace.context;
    await line.runIn({ openBrowser }, server.issuer, '--client-id', server.clientId, '--allow-http-loopback');
    grace.close();
    server.breakEndpoint('revocation', { kind: 'html', status: 503 });
    const none = await logOut({}, '--all');
    expect([none.exitCode, none.stdout]).toEqual([7, '']);
    for (const kind of ['warning', 'error']) {
      expect(none.stderr).toContain(`oauth-login: ${kind}: `);
    }
    for (const name of ['ada', 'grace']) {
      expect(none.stderr).toContain(`: ${name} (`);
    }
    server.restore();
    expect(JSON.parse((await logOut({}, '--all', '--json')).stdout)).toMatchObject([
      { revocation: 'revoked', forgotten: true },
      { revocation: 'revoked', forgotten: true },
    ]);
  });
});
