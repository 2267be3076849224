import { describe, expect } from 'vitest';
import { it, line, server } from '../support/ada-signs-in.ts';
import { errorOf } from '../support/command-line.ts';
import { signInAt } from '../support/sign-in.ts';

const account = async () => JSON.parse((await line.run('status', '--json')).stdout).accounts[0];
const refreshes = () =>
  server.requestsTo('token').filter(({ form }) => form.get('grant_type') === 'refresh_token');

describe('a token with fewer scopes', () => {
  it('comes by a refresh with fewer scopes, and the account keeps its own token and a new refresh token', async () => {
    await signInAt(server, line);
    const [before, own] = [await account(), (await line.run('token')).stdout.trim()];
    const { stdout, exitCode } = await line.run('token', '--scope', 'openid', '--json');
    expect(exitCode).toBe(0);
    const scoped = JSON.parse(stdout);
    expect(scoped.scope).toBe('openid');
    expect(scoped.access_token).not.toBe(own);
    expect(refreshes().at(-1)?.form.get('scope')).toBe('openid');
    expect((await line.run('token')).stdout.trim()).toBe(own);
    expect((await account()).scopes).toEqual(before.scopes);
    // The server replaces its refresh tokens; the next refresh works, and has all scopes.
    const next = JSON.parse((await line.run('token', '--refresh', '--json')).stdout);
    expect(next.scope.split(' ').toSorted()).toEqual([...before.scopes].toSorted());
    const first = refreshes().map(({ form }) => form.get('refresh_token'));
    expect(new Set(first).size).toBe(first.length);
  });

  it('is asked for by token exchange where the refresh gives too much, and refused where neither is allowed', async () => {
    await signInAt(server, line);
    const own = (await line.run('token')).stdout;
    server.rewriteReply('token', (body) => ({ ...body, scope: 'openid profile email offline_access' }));
    const refused = await line.run('token', '--scope', 'openid', '--json');
    expect(refused.stdout).toBe('');
    expect(errorOf(refused)).toMatchObject({
      exit_code: 5,
      message: expect.stringContaining('neither by refresh (RFC 6749) nor by token exchange (RFC 8693)'),
    });
    const exchange = server.requestsTo('token').at(-1)?.form;
    expect(exchange?.get('subject_token')).toBe(own.trim());
    expect(exchange?.get('scope')).toBe('openid');
    server.restore();
    expect((await line.run('token')).stdout).toBe(own);
    expect((await line.run('token', '--refresh')).exitCode).toBe(0);
  });

  it('comes by token exchange where there is no refresh token, and the account keeps its own token', async () => {
    await signInAt(server, line, '--no-offline-access');
    const own = (await line.run('token')).stdout;
    const body = {
      access_token: 'a-narrow-token',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      scope: 'openid',
      expires_in: 60,
    };
    server.breakEndpoint('token', { kind: 'reply', status: 200, body: JSON.stringify(body) });
    const before = server.hits('token');
    const { stdout, exitCode } = await line.run('token', '--scope', 'openid', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ access_token: 'a-narrow-token', scope: 'openid' });
    const [exchange, ...more] = server.requestsTo('token').slice(-(server.hits('token') - before));
    expect(more).toEqual([]);
    expect(Object.fromEntries(exchange?.form ?? [])).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: own.trim(),
      scope: 'openid',
    });
    server.restore();
    expect((await line.run('token')).stdout).toBe(own);
  });

  it('is not asked for where the account has no such scope, and a refusal does not end the sign-in', async () => {
    await signInAt(server, line);
    const before = server.hits('token');
    const { code, hint } = errorOf(await line.run('token', '--scope', 'admin', '--json'));
    expect([code, server.hits('token')]).toEqual(['insufficient_scope', before]);
    expect(hint).toContain('--scope admin');
    server.breakEndpoint('token', { kind: 'reply', status: 400, body: '{"error":"invalid_request"}' });
    expect((await line.run('token', '--scope', 'openid')).exitCode).toBe(5);
    server.restore();
    expect((await account()).needs_login).toBeNull();
    expect((await line.run('token', '--refresh')).exitCode).toBe(0);
  });
});
