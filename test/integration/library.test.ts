import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import {
  type Account,
  AuthenticationRequiredError,
  findAccount,
  OAuthLoginError,
  signIn,
  UsageError,
} from '../../src/api.ts';
import { it, line, server } from '../support/ada-signs-in.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { openLibraryCaller } from '../support/library-caller.ts';
import { openQuirkyServer } from '../support/quirky-server.ts';

/** An account whose token has expired by now. */
async function expiredAccount(): Promise<{ readonly account: Account; readonly expired: string }> {
  const { options } = openLibraryCaller(server, line.directory);
  server.rewriteReply('token', (reply) => ({ ...reply, expires_in: 1 }));
  const account = await signIn(server.issuer, options);
  server.restore();
  const { token, expiresAt } = await account.token({ minValidity: 0 });
  await expect.poll(() => Date.now()).toBeGreaterThan(Number(expiresAt));
  return { account, expired: token };
}

describe('a program that signs a person in', () => {
  it('is shown the events of the command, and gets an account and its token', async () => {
    const { options, events, namesOfEvents } = openLibraryCaller(server, line.directory);
    const account = await signIn(server.issuer, options);
    expect(namesOfEvents()).toEqual(['authorization_url', 'waiting', 'signed_in']);
    expect(events.at(-1)).toMatchObject({ account: account.id, issuer: server.issuer, sub: 'person-1815' });
    expect(account.profile).toMatchObject({ sub: 'person-1815', email: 'ada@example.com' });
    const { token, expiresAt } = await account.token();
    expect(server.issuedSecrets('access_token')).toContain(token);
    expect(expiresAt?.getTime()).toBeGreaterThan(Date.now());
    expect(JSON.stringify(account)).not.toContain(token);
  });

  it('is told of its own options where something is missing, and of no command', async () => {
    const { options } = openLibraryCaller(server, line.directory);
    const hintOf = async (target: string, given: typeof options) => {
      const error = await signIn(target, given).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(OAuthLoginError);
      return (error as OAuthLoginError).hint;
    };
    const { clientId: _, ...withoutClient } = options;
    const own = { ...options, name: 'acme' };
    const hints = [
      await hintOf('github', { ...withoutClient, name: 'acme' }),
      await hintOf('google', own),
      await hintOf(server.issuer, { ...own, allowHttpLoopback: false }),
    ];
    expect(hints).toEqual([
      expect.stringMatching(/option clientId$/),
      expect.stringMatching(/option clientSecret$/),
      expect.stringMatching(/option allowHttpLoopback to true$/),
    ]);
    expect(hints.join()).not.toMatch(/--|OAUTH_LOGIN_|oauth-login/);
    // Without a name, the settings of the command count as well.
    expect(await hintOf('github', withoutClient)).toMatch(
      /option clientId; or: .*OAUTH_LOGIN_GITHUB_CLIENT_ID/,
    );
  });

  it('shares the accounts of the command', async () => {
    const { options } = openLibraryCaller(server, line.directory);
    expect(await findAccount(server.issuer)).toBeUndefined();
    const account = await signIn(server.issuer, options);
    const { token } = await account.token();
    expect((await line.run('token', server.issuer)).stdout).toBe(`${token}\n`);
    await line.run('logout');
    await expect(account.token()).rejects.toThrow(AuthenticationRequiredError);
    await expect(account.token()).rejects.toMatchObject({ code: 'login_required', exitCode: 4 });
    expect(await account.signOut()).toEqual({ revocation: 'gone' });
  });

  it('may sign in twice at once, and both get the one account', async () => {
    const { options } = openLibraryCaller(server, line.directory);
    const both = await Promise.all([signIn(server.issuer, options), signIn(server.issuer, options)]);
    expect(both[0].id).toBe(both[1].id);
    const tokens = await Promise.all(both.map((account) => account.token()));
    expect(tokens[0]).toEqual(tokens[1]);
    expect(JSON.parse((await line.run('status', '--json')).stdout).accounts).toHaveLength(1);
  });

  it('uses the device grant with the same events', async () => {
    const { options, namesOfEvents } = openLibraryCaller(server, line.directory);
    const stop = new AbortController();
    const show = (event: Parameters<NonNullable<typeof options.show>>[0]) => {
      options.show?.(event);
      if (event.event === 'waiting') {
        stop.abort();
      }
    };
    const sign = signIn(server.issuer, { ...options, device: true, show, signal: stop.signal });
    await expect(sign).rejects.toMatchObject({ code: 'aborted' });
    expect(namesOfEvents()).toEqual(['user_code', 'waiting', 'error']);
  });
});

describe('the token of an account', () => {
  async function signedIn(): Promise<Account> {
    const { options } = openLibraryCaller(server, line.directory);
    return signIn(server.issuer, options);
  }

  it('is refreshed once for twenty calls at once', async () => {
    const { account, expired } = await expiredAccount();
    const before = server.hits('token');
    const answers = await Promise.all(Array.from({ length: 20 }, () => account.token()));
    expect(server.hits('token') - before).toBe(1);
    expect(new Set(answers.map((answer) => answer.token)).size).toBe(1);
    expect(answers[0]?.token).not.toBe(expired);
  });

  it('is handed out for scopes that were granted, and for an address that it was issued for', async () => {
    const account = await signedIn();
    expect(account.scopes).toContain('openid');
    await account.token({ scopes: ['openid'], audience: server.issuer });
    const missing = account.token({ scopes: ['openid', 'launch'] });
    await expect(missing).rejects.toMatchObject({ code: 'insufficient_scope' });
    await expect(missing).rejects.toThrow(/launch/);
    const foreign = account.token({ audience: 'https://api.example.com' });
    await expect(foreign).rejects.toMatchObject({ code: 'usage_foreign_origin' });
    await expect(account.token({ audience: 'api' })).rejects.toThrow(UsageError);
    await expect(account.token({ minValidity: -1 })).rejects.toThrow(/seconds/);
  });

  it('goes on to the disk when the call that refreshes it is stopped', async () => {
    const { account } = await expiredAccount();
    server.breakEndpoint('token', { kind: 'late', milliseconds: 300 });
    const stop = new AbortController();
    const reason = new Error('enough');
    const stopped = account.token({ signal: stop.signal });
    await expect.poll(() => server.requestsTo('token').at(-1)?.form.get('grant_type')).toBe('refresh_token');
    stop.abort(reason);
    await expect(stopped).rejects.toMatchObject({ code: 'aborted', cause: reason });
    const hits = server.hits('token');
    const { token } = await account.token();
    expect(server.hits('token')).toBe(hits);
    expect(server.issuedSecrets('access_token').at(-1)).toBe(token);
  });

  it('comes from a variable that supplies one, which cannot be signed out', async () => {
    openLibraryCaller(server, line.directory, { OAUTH_LOGIN_GITHUB_TOKEN: 'ghs_supplied' });
    const account = await findAccount('github');
    expect(await account?.token()).toEqual({ token: 'ghs_supplied' });
    await expect(account?.signOut()).rejects.toThrow(/OAUTH_LOGIN_GITHUB_TOKEN/);
    expect(await findAccount('github', { name: 'acme' })).toBeUndefined();
  });

  it('is revoked by signing out', async () => {
    const account = await signedIn();
    expect(await account.signOut()).toMatchObject({ revocation: 'revoked' });
    expect(server.hits('revocation')).toBeGreaterThan(0);
    expect(await findAccount(server.issuer)).toBeUndefined();
  });
});

describe('a request of a program', () => {
  it('carries the token to its own API alone, and a second one after a 401', async () => {
    const api = await openQuirkyServer();
    try {
      writeConfiguration(line, { providers: { work: { issuer: server.issuer, api_origins: [api.origin] } } });
      const { options } = openLibraryCaller(server, line.directory);
      const account = await signIn('work', options);
      const seen: string[] = [];
      api.on('/thing', async ({ headers, body }, response) => {
        seen.push(`${headers.authorization} ${headers['x-own']} ${body}`);
        response.statusCode = seen.length === 1 ? 401 : 200;
        response.end('the thing');
      });
      const response = await account.request(`${api.origin}/thing`, {
        method: 'POST',
        headers: { 'x-own': 'kept' },
        body: new URLSearchParams({ a: '1' }),
      });
      expect([response.status, await response.text()]).toEqual([200, 'the thing']);
      expect(seen).toHaveLength(2);
      expect(seen[0]).not.toBe(seen[1]);
      expect(seen[1]).toBe(`Bearer ${(await account.token()).token} kept a=1`);

      const foreign = account.request('https://example.com/');
      await expect(foreign).rejects.toMatchObject({ code: 'usage_foreign_origin' });
      const own = account.request(`${api.origin}/thing`, { headers: { authorization: 'mine' } });
      await expect(own).rejects.toMatchObject({ code: 'usage_conflict' });
      await expect(account.request('nowhere')).rejects.toThrow(UsageError);
      await expect(
        account.request(`${api.origin}/thing`, { signal: AbortSignal.abort('enough') }),
      ).rejects.toMatchObject({ code: 'aborted', cause: 'enough' });
    } finally {
      await api.close();
    }
  });

  it('may be stopped while the body arrives', async () => {
    const api = await openQuirkyServer();
    try {
      writeConfiguration(line, { providers: { work: { issuer: server.issuer, api_origins: [api.origin] } } });
      const { options } = openLibraryCaller(server, line.directory);
      const account = await signIn('work', options);
      api.on('/slow', async (_, response) => {
        response.write('a');
        await sleep(5).catch(() => {});
      });
      const stop = new AbortController();
      const response = await account.request(`${api.origin}/slow`, { signal: stop.signal });
      stop.abort(new Error('enough'));
      await expect(response.text()).rejects.toThrow('enough');
    } finally {
      await api.close();
    }
  });
});
