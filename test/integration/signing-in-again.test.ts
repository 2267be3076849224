import { describe, expect } from 'vitest';
import { playUserAgent } from '../../src/demo/http-user-agent.ts';
import type { Context } from '../../src/ground/context.ts';
import { it, line, server } from '../support/ada-signs-in.ts';

/** Signs in as that person, and gives the queries of the authorization requests it took. */
async function signIn(user: string, ...more: string[]) {
  const before = server.hits('authorization');
  const openBrowser: Context['openBrowser'] = async (uri) => {
    void playUserAgent(uri, { user, consent: true }).catch(() => {});
    return { exited: Promise.resolve(0) };
  };
  const words = [server.issuer, '--client-id', server.clientId, '--allow-http-loopback', ...more];
  const outcome = await line.runIn({ openBrowser }, ...words);
  const asked = server
    .requestsTo('authorization')
    .slice(before)
    .filter(({ path }) => path === '/auth')
    .map(({ query }) => query);
  return { ...outcome, asked };
}

const promptsOf = (asked: readonly URLSearchParams[]) => asked.map((query) => query.get('prompt'));
const accounts = async () => JSON.parse((await line.run('status', '--json')).stdout).accounts;

describe('a second person at the same provider', () => {
  it('gets a refresh token as the first did, in one more round that is said', async () => {
    expect((await signIn('ada')).exitCode).toBe(0);
    const grace = await signIn('grace');
    expect([grace.exitCode, promptsOf(grace.asked)]).toEqual([0, [null, 'consent']]);
    expect(grace.stderr).toContain('Already signed in: ada (Ada Lovelace) <ada@example.com>\n');
    expect(grace.stderr).toMatch(/gave no refresh token, .+ opens again and asks for it\.\n/s);
    expect(grace.asked.at(-1)?.get('login_hint')).toBe('grace');
    expect(await accounts()).toMatchObject([{ refreshable: true }, { refreshable: true }]);
    expect((await line.run('token', '--account', 'grace', '--refresh')).exitCode).toBe(0);
  });

  it('is asked for consent at once when --login-hint names nobody who is stored', async () => {
    await signIn('ada');
    const grace = await signIn('grace', '--login-hint', 'grace');
    expect(promptsOf(grace.asked)).toEqual(['consent']);
    const again = await signIn('grace', '--login-hint', 'grace@example.com');
    expect(promptsOf(again.asked)).toEqual([null]);
  });

  it('stays signed in without a refresh token when the second round fails, which is said', async () => {
    await signIn('ada');
    let rounds = 0;
    const openBrowser: Context['openBrowser'] = async (uri) => {
      rounds += 1;
      void playUserAgent(uri, { user: 'grace', consent: rounds === 1 }).catch(() => {});
      return { exited: Promise.resolve(0) };
    };
    const grace = await line.runIn(
      { openBrowser },
      server.issuer,
      '--client-id',
      server.clientId,
      '--allow-http-loopback',
    );
    expect([grace.exitCode, rounds]).toEqual([0, 2]);
    expect(grace.stderr).toContain('oauth-login: warning: ');
    expect(grace.stdout).toContain(', then sign in again');
    expect(await accounts()).toHaveLength(2);
  });

  it('is offered a choice of accounts where the provider knows that, and somebody is signed in there', async () => {
    server.rewriteReply('discovery', (metadata) => ({
      ...metadata,
      prompt_values_supported: ['none', 'consent', 'select_account'],
    }));
    expect(promptsOf((await signIn('ada')).asked)).toEqual(['consent']);
    // The server of the tests knows no such prompt, so this shows what it was asked.
    expect(promptsOf((await signIn('grace')).asked)).toEqual(['select_account']);
    expect(promptsOf((await signIn('ada', '--account', 'ada')).asked)).toEqual([null]);
  });
});

describe('signing in again as the same person', () => {
  it('keeps the refresh token that still works, in one round', async () => {
    await signIn('ada');
    const again = await signIn('ada');
    expect([again.exitCode, promptsOf(again.asked)]).toEqual([0, [null]]);
    const next = await line.run('token', '--refresh');
    expect([next.exitCode, next.stderr]).toEqual([0, '']);
  });

  it('never puts back a dead refresh token: consent is asked for once more', async () => {
    await signIn('ada');
    // As when the access is withdrawn on the page of the provider: nobody here knows of it.
    await fetch(`${server.issuer}/token/revocation`, {
      method: 'POST',
      body: new URLSearchParams({
        token: server.issuedSecrets('refresh_token').at(-1) ?? '',
        client_id: server.clientId,
      }),
    });
    const again = await signIn('ada');
    expect([again.exitCode, promptsOf(again.asked)]).toEqual([0, [null, 'consent']]);
    expect(again.stdout).toContain(', then refreshed');
    expect((await line.run('token', '--refresh')).exitCode).toBe(0);
  });

  it('keeps a refresh token about which the server says nothing for now', async () => {
    await signIn('ada');
    const kept = server.issuedSecrets('refresh_token').at(-1);
    // The code is exchanged; the refresh that follows fails.
    const openHttp: Context['openHttp'] = async (options) => {
      const http = await line.context.openHttp(options);
      const down = new Response('down', { status: 503, headers: { 'content-type': 'text/plain' } });
      return {
        ...http,
        fetch: async (input, init) =>
          String(init?.body).includes('grant_type=refresh_token') ? down.clone() : http.fetch(input, init),
      };
    };
    expect(
      (await line.runIn({ openHttp }, server.issuer, '--client-id', server.clientId, '--allow-http-loopback'))
        .exitCode,
    ).toBe(0);
    const later = { ...line.context.clock, now: () => new Date(Date.now() + 10_000) };
    expect((await line.runIn({ clock: later }, 'token', '--refresh')).exitCode).toBe(0);
    expect(server.requestsTo('token').at(-1)?.form.get('refresh_token')).toBe(kept);
  });
});

describe('offline access, which only the tool has asked for', () => {
  const scopesOf = (asked: readonly URLSearchParams[]) => asked.map((query) => query.get('scope'));
  const standard = 'openid profile email';

  it.each([
    ['names no scopes', undefined],
    ['does not list it', ['openid', 'profile', 'email']],
  ])('is not asked for, nor consent, where the metadata %s', async (_, scopesSupported) => {
    server.rewriteReply('discovery', (metadata) => ({ ...metadata, scopes_supported: scopesSupported }));
    const { exitCode, asked } = await signIn('ada');
    expect([exitCode, scopesOf(asked), promptsOf(asked)]).toEqual([0, [standard], [null]]);
    server.restore();
    const named = await signIn('ada', '--scope', 'offline_access');
    expect([scopesOf(named.asked), promptsOf(named.asked)]).toEqual([
      [`${standard} offline_access`],
      ['consent'],
    ]);
  });

  it('is left out in a second round when the redirect says invalid_scope, and not asked for again', async () => {
    let redirects = 0;
    server.rewriteAuthorizationResponse((uri) => {
      redirects += 1;
      if (redirects > 1) {
        return;
      }
      uri.searchParams.delete('code');
      uri.searchParams.set('error', 'invalid_scope');
    });
    const first = await signIn('ada');
    expect([first.exitCode, scopesOf(first.asked), promptsOf(first.asked)]).toEqual([
      0,
      [`${standard} offline_access`, standard],
      ['consent', null],
    ]);
    expect(first.stderr).toMatch(/refused the request for a refresh token, .+ tried again without one/s);
    const next = await signIn('ada');
    expect([next.exitCode, scopesOf(next.asked)]).toEqual([0, [standard]]);
  });

  it('is left out when the token endpoint says that it is not allowed', async () => {
    const refusal = { kind: 'reply', status: 400, body: '{"error":"not_allowed"}' } as const;
    server.breakEndpoint('token', refusal, 1);
    const { exitCode, asked } = await signIn('ada');
    expect([exitCode, scopesOf(asked)]).toEqual([0, [`${standard} offline_access`, standard]]);
  });

  it('is not blamed for what goes on without it; the hint names no flag that was not used', async () => {
    server.rewriteAuthorizationResponse((uri) => {
      uri.searchParams.delete('code');
      uri.searchParams.set('error', 'invalid_scope');
    });
    const plain = await signIn('ada');
    expect([plain.exitCode, plain.asked.length]).toEqual([5, 2]);
    expect(plain.stderr).toMatch(/hint: in "scopes" of .+ in config\.json, name the scopes .+\n$/);
    expect(plain.stderr.split('hint:')[1]).not.toContain('--');
    const named = await signIn('ada', '--scope', 'mail.read');
    expect(named.stderr).toMatch(/hint: with --scope, name only scopes .+\n$/);
  });
});
