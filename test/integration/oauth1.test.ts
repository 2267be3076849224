import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type OAuth1Play, playOAuth1 } from '../support/oauth1-server.ts';
import { openPlayedCommandLine } from '../support/played-command-line.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer } from '../support/quirky-server.ts';

/** The port that X compares may be in use by another test. */
const anyPort = ['--port', '0'];
const clientId = 'consumer-key';
const clientSecret = 'canary-consumer&secret';
const x: OAuth1Play = {
  temporary: 'https://api.x.com/oauth/request_token',
  authorization: 'https://api.x.com/oauth/authorize',
  token: 'https://api.x.com/oauth/access_token',
  clientId,
  clientSecret,
};
const me = 'https://api.x.com/2/users/me';
const env = {
  OAUTH_LOGIN_X_OAUTH1_CLIENT_ID: clientId,
  OAUTH_LOGIN_X_OAUTH1_CLIENT_SECRET: clientSecret,
};

async function open(play: Partial<OAuth1Play> = {}) {
  const server = closeAfterTest(await openQuirkyServer());
  const line = closeAfterTest(openPlayedCommandLine(server, env));
  const provider = playOAuth1(server, { ...x, ...play });
  provider.protect(me, json({ data: { id: '1815', username: 'ada', name: 'Ada Lovelace' } }));
  return { server, line, provider };
}

/** The path at which the server plays that address. */
function pathOf(url: string): string {
  return url.replace('https:/', '');
}

describe('a sign-in with OAuth 1.0a, by the listener', () => {
  it('brings an account whose requests are signed, and no secret to the terminal', async () => {
    const { server, line, provider } = await open();
    const signedIn = await line.run('x', '--oauth1', ...anyPort);
    expect(signedIn.stderr).not.toContain('error:');
    expect(signedIn).toMatchObject({ exitCode: 0 });
    expect(signedIn.stdout).toContain('Signed in to X (OAuth 1.0a) as ada');
    const callback = new URL(provider.temporaryRequest().oauth_callback ?? '');
    expect(callback.href).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback\?state=[\w-]{22}$/);
    expect(provider.tokens.size).toBe(1);
    expect(server.requestsTo(pathOf(me))).toHaveLength(1);
    expectNoSecrets(line.everythingSaid(), [...provider.secrets, clientSecret]);

    const whoami = await line.run('whoami', 'x-oauth1', '--json');
    expect(JSON.parse(whoami.stdout)).toMatchObject({ sub: '1815', preferred_username: 'ada' });
    expect(server.requestsTo(pathOf(me))).toHaveLength(2);
  });
});

describe('what must not be trusted', () => {
  it.each([
    ['does not confirm the callback', { confirmed: null }, 'did not confirm the callback', 6],
    ['confirms it with another word', { confirmed: 'false' }, 'did not confirm the callback', 6],
    ['returns another token', { callbackToken: 'temporary-of-another' }, 'other temporary credentials', 6],
    ['sends no verifier', { withoutVerifier: true }, 'has no verifier', 6],
    [
      'says that the person refused, as X does',
      { callback: { denied: '{token}' } },
      'refused the sign-in',
      5,
    ],
    [
      'says that the person refused, by the extension',
      { callback: { oauth_token: '{token}', oauth_problem: 'user_refused' } },
      'refused the sign-in',
      5,
    ],
    ['gives no token', { tokenReply: 'oauth_token=only' }, 'contains no credentials', 6],
    [
      'gives two tokens',
      { tokenReply: 'oauth_token=a&oauth_token=b&oauth_token_secret=c' },
      'contains no credentials, or more than one',
      6,
    ],
  ])('a server that %s', async (_, fault, message, exitCode) => {
    const { line, provider } = await open();
    Object.assign(provider.faults, fault);
    const outcome = await line.run('x', '--oauth1', ...anyPort);
    expect(outcome.stderr).toContain(message);
    expect(outcome).toMatchObject({ exitCode, stdout: '' });
    expect((await line.run('status')).exitCode).toBe(4);
    expectNoSecrets(line.everythingSaid(), [...provider.secrets, clientSecret]);
  });

  it('a server that names a secret as the problem has it left out of the error', async () => {
    const secret = 'canary-as-a-problem';
    const server = closeAfterTest(await openQuirkyServer());
    const line = closeAfterTest(
      openPlayedCommandLine(server, { ...env, OAUTH_LOGIN_X_OAUTH1_CLIENT_SECRET: secret }),
    );
    const provider = playOAuth1(server, { ...x, clientSecret: secret });
    provider.faults.problems.push({ status: 401, body: `oauth_problem=${secret}` });
    const outcome = await line.run('x', '--oauth1', ...anyPort);
    expect(outcome.stderr).toContain('was refused (status 401)');
    expectNoSecrets(line.everythingSaid(), [secret]);
  });

  it('a clock that is off is named, with how far', async () => {
    const { line, provider } = await open();
    provider.faults.clockAhead = 3600;
    const outcome = await line.run('x', '--oauth1', ...anyPort);
    expect(outcome.stderr).toContain('(timestamp_refused)');
    expect(outcome.stderr).toMatch(
      /set the clock of this machine.*it is 3(600|599|601) seconds behind the clock/,
    );
    expect(outcome.exitCode).toBe(5);
  });

  it('a nonce that was used is tried again once, with another', async () => {
    const { server, line, provider } = await open();
    const used = { status: 401, body: 'oauth_problem=nonce_used' };
    provider.faults.problems.push(used);
    expect(await line.run('x', '--oauth1', ...anyPort)).toMatchObject({ exitCode: 0 });
    expect(server.requestsTo(pathOf(x.temporary))).toHaveLength(2);

    provider.faults.problems.push(used, used);
    const outcome = await line.run('x', '--oauth1', ...anyPort);
    expect(outcome.stderr).toContain('(nonce_used)');
    expect(outcome.exitCode).toBe(5);
    expect(server.requestsTo(pathOf(x.temporary))).toHaveLength(4);
  });

  it('a wrong secret is said in words that help', async () => {
    const { line, provider } = await open({ clientSecret: 'another' });
    const outcome = await line.run('x', '--oauth1', ...anyPort);
    expect(outcome.stderr).toContain('(signature_invalid)');
    expect(outcome.stderr).toContain('check the client ID and the client secret');
    expect(outcome.exitCode).toBe(5);
    expectNoSecrets(line.everythingSaid(), [...provider.secrets, clientSecret]);
  });

  it('words of the server that repeat a secret are not shown', async () => {
    const { line, provider } = await open();
    const words = `the signature of ${clientSecret} is wrong`;
    provider.faults.problems.push({ status: 401, body: words, type: 'text/plain' });
    const outcome = await line.run('x', '--oauth1', ...anyPort);
    expect(outcome.stderr).toContain('was refused (status 401)');
    expectNoSecrets(outcome.stderr, [clientSecret]);
  });

  it("X's own words for it are understood", async () => {
    const { line, provider } = await open();
    provider.faults.problems.push({
      status: 401,
      type: 'application/json',
      body: JSON.stringify({ errors: [{ code: 32, message: 'Could not authenticate you.' }] }),
    });
    const outcome = await line.run('x', '--oauth1', ...anyPort);
    expect(outcome.stderr).toContain('(signature_invalid): "Could not authenticate you."');
    expect(outcome.exitCode).toBe(5);
  });
});

describe('a target without OAuth 1.0a', () => {
  it('says so', async () => {
    const { line } = await open();
    const outcome = await line.run('github', '--oauth1');
    expect(outcome.stderr).toContain('GitHub has no OAuth 1.0a');
    expect(outcome.exitCode).toBe(2);
  });

  it.each([
    [['--scope', 'read'], 'knows no scopes', 2],
    [['--device'], 'device', 3],
  ] as const)('%j means nothing to OAuth 1.0a', async (flags, message, exitCode) => {
    const { server, line } = await open();
    const outcome = await line.run('x', '--oauth1', ...flags);
    expect(outcome.stderr).toContain(message);
    expect(outcome.exitCode).toBe(exitCode);
    expect(server.requests).toHaveLength(0);
  });
});

describe('an account of OAuth 1.0a, after the sign-in', () => {
  const posts = 'https://api.x.com/2/tweets';

  async function signedIn(play: Partial<OAuth1Play> = {}) {
    const opened = await open(play);
    expect(await opened.line.run('x', '--oauth1', ...anyPort)).toMatchObject({ exitCode: 0 });
    opened.provider.protect(posts, json({ posted: true }));
    const [[token, secret] = ['', '']] = opened.provider.tokens;
    return { ...opened, token, secret };
  }

  it.each(['header', 'body', 'query'] as const)('signs each request, parameters in the %s', async (place) => {
    const { server, line, provider } = await open({ place });
    const file = join(line.context.paths.configDir, 'config.json');
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const { temporary, authorization, token } = x;
    const oauth1 = {
      temporary_credential_uri: temporary,
      authorization_uri: authorization,
      token_uri: token,
      parameters_in: place,
    };
    writeFileSync(file, JSON.stringify({ providers: { 'x-oauth1': { oauth1 } } }), { mode: 0o600 });
    provider.protect(posts, json({ posted: true }));
    expect((await line.run('x', '--oauth1', ...anyPort)).stderr).not.toContain('error:');
    const requests = [
      ['-X', 'GET', `${posts}?ids=1&ids=2&text=a%20b`],
      ['-d', 'status=Hello Ladies + Gentlemen!', '-d', 'a=1', '-d', 'a=0', `${posts}?trim=true`],
      ['--json', '{"text":"hello"}', posts],
      ['-X', 'DELETE', posts],
    ];
    for (const words of requests) {
      const outcome = await line.run('request', 'x-oauth1', '--fail', ...words);
      expect(outcome.stderr).toBe('');
      expect(JSON.parse(outcome.stdout)).toEqual({ posted: true });
    }
    const [get, form, document] = server.requestsTo(pathOf(posts));
    expect(get?.query.has('oauth_signature')).toBe(place === 'query');
    expect(form?.body).toMatch(place === 'body' ? /^status=.*&oauth_signature=/ : /^status=[^&]*&a=1&a=0$/);
    expect(document?.body).toBe('{"text":"hello"}');
  });

  it('is found under the name of its provider too, and never sent to another host', async () => {
    const { line } = await signedIn();
    expect(await line.run('request', 'x', '--fail', posts)).toMatchObject({ exitCode: 0 });
    const foreign = await line.run('request', 'x', 'https://evil.example/2/tweets');
    expect(foreign.stderr).toContain('is not sent to https://evil.example');
    expect(foreign.exitCode).toBe(2);
  });

  it('token prints one signed header, or token and secret as JSON, and nothing else', async () => {
    const { server, line, provider, token, secret } = await signedIn();
    const plain = await line.run('token', 'x-oauth1');
    expect(plain).toMatchObject({ exitCode: 2, stdout: '' });
    expect(plain.stderr).toContain('is of no use alone');
    expect((await line.run('token', 'x-oauth1', '--format', 'env')).exitCode).toBe(2);

    const header = await line.run('token', 'x-oauth1', '--format', 'header', '--url', `${posts}?a=1`);
    expect(header).toMatchObject({ exitCode: 0, stderr: '' });
    const [name, value] = header.stdout.trim().split(/: (.*)/);
    expect(name).toBe('Authorization');
    expectNoSecrets(header.stdout, [secret, clientSecret]);
    const url = server.placeOf(`${posts}?a=1`);
    const send = (method: string) => fetch(url, { method, headers: { authorization: value ?? '' } });
    expect((await send('GET')).status).toBe(200);
    expect((await send('GET')).status).toBe(401);
    expect((await send('POST')).status).toBe(401);
    const words = ['--format', 'header', '--method', 'POST', '--url', 'https://evil.example/'];
    expect((await line.run('token', 'x-oauth1', ...words)).stderr).toContain('is not sent to');
    expect((await line.run('token', 'x-oauth1', '--format', 'header')).stderr).toContain(
      'name it with --url',
    );

    const document = JSON.parse((await line.run('token', 'x-oauth1', '--json')).stdout);
    expect(document).toMatchObject({
      access_token: token,
      token_secret: secret,
      token_type: 'OAuth',
      client_id: clientId,
      signature_method: 'HMAC-SHA1',
      provider: 'x-oauth1',
    });
    expect(provider.tokens.get(token)).toBe(secret);
  });

  it('exec hands out the token and its secret in two variables', async () => {
    const { line, token, secret } = await signedIn();
    const started: Record<string, string | undefined>[] = [];
    const startChild: typeof line.context.startChild = async ({ env: child }) => {
      started.push(child);
      return { exitCode: Promise.resolve(0), signal: Promise.resolve(null) };
    };
    expect(await line.runIn({ startChild }, 'exec', 'x-oauth1', '--', 'printenv')).toMatchObject({
      exitCode: 0,
    });
    await line.runIn({ startChild }, 'exec', 'x-oauth1', '--as', 'MINE', '--', 'printenv');
    expect(started[0]).toMatchObject({ X_OAUTH1_TOKEN: token, X_OAUTH1_TOKEN_SECRET: secret });
    expect(started[1]).toMatchObject({ MINE: token, MINE_SECRET: secret });
    for (const child of started) {
      expect(Object.values(child)).not.toContain(clientSecret);
    }
  });

  it('status and logout say what is so', async () => {
    const { line } = await signedIn();
    const status = await line.run('status', '--json');
    expect(JSON.parse(status.stdout).accounts[0]).toMatchObject({
      provider: 'x-oauth1',
      expires_at: null,
      refreshable: false,
    });
    const logout = await line.run('logout', 'x-oauth1');
    expect(logout.stdout).toContain('offers no way to revoke them, so they stay valid until you revoke them');
    expect(logout.stdout).toContain('https://x.com/settings/connected_apps');
    expect((await line.run('status')).exitCode).toBe(4);
  });

  it('a token that was revoked there ends the sign-in; a clock that is off does not', async () => {
    const { line, provider } = await signedIn();
    provider.faults.clockAhead = 3600;
    const off = await line.run('whoami', 'x-oauth1');
    expect(off.stderr).toContain('timestamp_refused');
    expect(off.exitCode).toBe(5);
    provider.faults.clockAhead = 0;
    expect((await line.run('whoami', 'x-oauth1')).exitCode).toBe(0);
    provider.tokens.clear();
    expect((await line.run('whoami', 'x-oauth1')).exitCode).toBe(4);
    expect((await line.run('status')).stdout).toContain('sign in again with: oauth-login x-oauth1');
  });

  it('has no use for a token of the environment', async () => {
    const { line } = await signedIn();
    const context = { env: { ...line.context.env, OAUTH_LOGIN_X_OAUTH1_TOKEN: 'abc' } };
    const outcome = await line.runIn(context, 'request', 'x-oauth1', posts);
    expect(outcome.stderr).toContain('its requests are signed');
    expect(outcome.exitCode).toBe(3);
  });
});
