import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type OAuth1Play, playOAuth1 } from '../support/oauth1-server.ts';
import { openPlayedCommandLine } from '../support/played-command-line.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer } from '../support/quirky-server.ts';

const clientId = 'consumer-key';
const clientSecret = 'canary-consumer&secret';
const env = { OAUTH_LOGIN_PHOTOS_CLIENT_ID: clientId, OAUTH_LOGIN_PHOTOS_CLIENT_SECRET: clientSecret };
const me = 'https://photos.example.com/me';
const server: OAuth1Play = {
  temporary: 'https://photos.example.com/initiate',
  authorization: 'https://photos.example.com/authorize',
  token: 'https://photos.example.com/token',
  clientId,
  clientSecret,
};

/** A server of the user's own, described in config.json, and played as its documentation has it. */
async function open(play: Partial<OAuth1Play>, own: object, ownEnv: Record<string, string> = env) {
  const quirky = closeAfterTest(await openQuirkyServer());
  const line = closeAfterTest(openPlayedCommandLine(quirky, ownEnv));
  const provider = playOAuth1(quirky, { ...server, ...play });
  provider.protect(me, json({ id: 7, login: 'ada' }));
  const oauth1 = {
    temporary_credential_uri: play.temporary ?? server.temporary,
    authorization_uri: server.authorization,
    token_uri: play.token ?? server.token,
    ...own,
  };
  const entry = {
    label: 'Photos',
    oauth1,
    profile: { url: me, map: { sub: 'id', preferred_username: 'login' } },
    api_origins: ['https://photos.example.com'],
  };
  const file = join(line.context.paths.configDir, 'config.json');
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, JSON.stringify({ providers: { photos: entry } }), { mode: 0o600 });
  return { quirky, line, provider };
}

/** What somebody writes to standard input, as soon as it is there. */
function writing(text: () => string) {
  return {
    isTTY: false,
    async *[Symbol.asyncIterator]() {
      while (text() === '') {
        await sleep(5);
      }
      yield `${text()}\n`;
      // The pipe stays open.
      await new Promise(() => {});
    },
  };
}

describe('a server of the user’s own', () => {
  it.each([
    ['HMAC-SHA256', {}, { signature_method: 'HMAC-SHA256' }],
    ['PLAINTEXT', {}, { signature_method: 'PLAINTEXT' }],
    ['parameters in the body', { place: 'body' }, { parameters_in: 'body' }],
    ['parameters in the query', { place: 'query' }, { parameters_in: 'query', method: 'GET' }],
    ['a realm', {}, { realm: 'https://photos.example.com/' }],
    [
      'a query in its addresses',
      { temporary: `${server.temporary}?title=Special:OAuth/initiate&a=%20`, token: `${server.token}?b=1` },
      {},
    ],
    [
      'parameters of its own, in a form',
      { temporaryParameters: { scope: 'read write', title: 'a&b=c' } },
      { temporary_credential_parameters: { scope: 'read write', title: 'a&b=c' } },
    ],
    [
      'parameters of its own, in the query',
      { temporaryParameters: { scope: 'read write' } },
      { temporary_credential_parameters: { scope: 'read write' }, method: 'GET' },
    ],
    ['a callback that is compared', {}, { callback_compared: true }],
  ] as const)('signs in with %s', async (_, play, own) => {
    const { line, provider } = await open(
      { ...('signature_method' in own ? { signatureMethod: own.signature_method } : {}), ...play },
      own,
    );
    const outcome = await line.run('photos');
    expect(outcome.stderr).not.toContain('error:');
    expect(outcome.stdout).toContain('Signed in to Photos as ada');
    expect(await line.run('request', 'photos', '--fail', me)).toMatchObject({ exitCode: 0 });
    expectNoSecrets(line.everythingSaid(), [...provider.secrets, clientSecret]);
    const callback = new URL(provider.temporaryRequest().oauth_callback ?? '');
    expect(callback.searchParams.has('state')).toBe(!('callback_compared' in own));
  });

  it('gets the parameters of the authorization request, those of --param too', async () => {
    const own = {
      authorization_parameters: { name: 'oauth-login', key: '{client_id}' },
      token_parameter: 'token',
    };
    const { line, provider } = await open({}, own);
    const waiting = line.run('photos', '--param', 'expiration=1day', '--timeout', '1');
    expect((await waiting).exitCode).not.toBe(0);
    const query = Object.fromEntries(provider.authorizationRequest());
    expect(query).toMatchObject({ name: 'oauth-login', key: clientId, expiration: '1day' });
    expect(query.token).toMatch(/^temporary-/);
    expect(query).not.toHaveProperty('oauth_token');
  });

  it('must not be without TLS', async () => {
    const { line, quirky } = await open({}, { token_uri: 'http://photos.example.com/token' });
    const outcome = await line.run('photos');
    expect(outcome.stderr).toContain('oauth1.token_uri of photos uses plain http');
    expect(outcome.exitCode).toBe(3);
    expect(quirky.requests).toHaveLength(0);
  });

  it('of OAuth Core 1.0 is signed in to by the state alone, where the file says what it is', async () => {
    const { line, provider } = await open({ isCore: true }, { without_verifier: true });
    expect(await line.run('photos')).toMatchObject({ exitCode: 0 });
    expect(provider.temporaryRequest()).not.toHaveProperty('oauth_callback');
    expect(provider.authorizationRequest().get('oauth_callback')).toMatch(/\?state=[\w-]{22}$/);
  });

  it('of OAuth Core 1.0 is refused otherwise, before a browser opens', async () => {
    const { line } = await open({ isCore: true }, {});
    const outcome = await line.run('photos');
    expect(outcome.exitCode).not.toBe(0);
    expect(line.opened).toEqual([]);
  });

  it('whose token secret is a key by itself gets it as it wants it', async () => {
    const { line, quirky, provider } = await open({}, { secret_is_key: true });
    quirky.at(me, json({ id: 7, login: 'ada' }));
    expect((await line.run('photos')).stdout).toContain('as ada');
    const [[, key] = ['', '']] = provider.tokens;
    const [asked] = quirky.requestsTo('/photos.example.com/me');
    expect(asked?.headers.authorization).toBe(`Bearer ${key}`);
    expect((await line.run('token', 'photos')).stdout).toBe(`${key}\n`);
  });

  it('whose key is empty signs nobody in', async () => {
    const { line, provider } = await open({}, { secret_is_key: true });
    provider.faults.tokenReply = 'oauth_token=a&oauth_token_secret=';
    const outcome = await line.run('photos');
    expect(outcome.stderr).toContain('contains an empty key');
    expect(outcome.exitCode).toBe(6);
  });
});

describe('a private key in place of a secret', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const rsa = { signatureMethod: 'RSA-SHA1', clientSecret: publicKey } as const;

  it('signs in, and signs what follows without the file', async () => {
    const { line } = await open(rsa, { signature_method: 'RSA-SHA1' });
    const file = join(line.directory, 'key.pem');
    writeFileSync(file, privateKey, { mode: 0o600 });
    const outcome = await line.run('photos', '--key-file', file);
    expect(outcome.stderr).not.toContain('error:');
    expect(outcome.stdout).toContain('as ada');
    writeFileSync(file, '');
    expect(await line.run('request', 'photos', '--fail', me)).toMatchObject({ exitCode: 0 });
    expect(await line.run('photos')).toMatchObject({ exitCode: 0 });
    expectNoSecrets(line.everythingSaid(), [privateKey.split('\n')[5] ?? '']);
  });

  it('is asked for by name, and a wrong one is no secret to be told', async () => {
    const { line, quirky } = await open(rsa, { signature_method: 'RSA-SHA1' });
    const without = await line.run('photos');
    expect(without.stderr).toContain('--key-file FILE');
    expect(without.exitCode).toBe(3);
    const file = join(line.directory, 'key.pem');
    writeFileSync(file, 'canary-no-key', { mode: 0o600 });
    const wrong = await line.run('photos', '--key-file', file);
    expect(wrong.stderr).toContain('is not a PEM private key');
    expect(wrong.exitCode).toBe(3);
    expectNoSecrets(line.everythingSaid(), ['canary-no-key']);
    expect(quirky.requests).toHaveLength(0);
    expect((await line.run('github', '--key-file', file)).exitCode).toBe(2);
  });
});

describe('a code that the person types (oob)', () => {
  it('is asked for at the terminal', async () => {
    const { line, provider } = await open({}, { callback: 'pin' });
    const pin = { toString: () => provider.pin() } as unknown as string;
    const outcome = await line.runAtTerminal(['no code', pin], 'photos');
    expect(outcome.stderr).not.toContain('error:');
    expect(outcome.stderr).toContain('https://photos.example.com/authorize?oauth_token=temporary-');
    expect(outcome.stdout).toContain('Signed in to Photos as ada');
    expect(line.asked[0]?.question).toContain('The code that the page of Photos shows');
    expect(provider.temporaryRequest().oauth_callback).toBe('oob');
  });

  it('comes on standard input where that is no terminal; --redirect-uri oob asks for it', async () => {
    const { line, provider } = await open({}, {});
    const stdin = writing(() => provider.pin());
    const outcome = await line.runIn({ stdin }, 'photos', '--redirect-uri', 'oob');
    expect(outcome.stderr).not.toContain('error:');
    expect(outcome.stdout).toContain('Signed in to Photos as ada');
    expect(provider.temporaryRequest().oauth_callback).toBe('oob');
  });

  it.each([
    ['an empty one', '', 'contains no code', 4],
    ['a wrong one', '1234', '(verifier_invalid)', 5],
  ])('%s ends the sign-in', async (_, text, message, exitCode) => {
    const { line } = await open({}, { callback: 'pin' });
    const stdin = {
      isTTY: false,
      async *[Symbol.asyncIterator]() {
        yield `${text}\n`;
      },
    };
    const outcome = await line.runIn({ stdin }, 'photos');
    expect(outcome.stderr).toContain(message);
    expect(outcome.exitCode).toBe(exitCode);
  });

  it('is not waited for longer than was said', async () => {
    const { line } = await open({}, { callback: 'pin' });
    const outcome = await line.runIn({ stdin: writing(() => '') }, 'photos', '--timeout', '1');
    expect(outcome.stderr).toContain('nobody typed the code from Photos within 1 second');
    expect(outcome.exitCode).toBe(7);
  });

  it('means nothing to OAuth 2.0', async () => {
    const { line } = await open({}, {});
    expect((await line.run('github', '--client-id', 'x', '--redirect-uri', 'oob')).exitCode).toBe(2);
  });
});

describe('a token that is renewed with a session handle', () => {
  const reply = { oauth_session_handle: 'canary-handle', oauth_expires_in: '3600' };

  it('is renewed before it ends, and when it is asked for', async () => {
    const { line, provider, quirky } = await open({ reply }, {});
    expect(await line.run('photos')).toMatchObject({ exitCode: 0 });
    const [[first] = ['']] = provider.tokens;
    const hours = 2 * 3600;
    provider.faults.clockAhead = hours;
    const clock = { ...line.context.clock, now: () => new Date(Date.now() + hours * 1000) };
    const later = await line.runIn({ clock }, 'request', 'photos', '--fail', me);
    expect(later.stderr).toBe('');
    expect(later.exitCode).toBe(0);
    provider.faults.clockAhead = 0;
    const [[second] = ['']] = provider.tokens;
    expect(second).not.toBe(first);
    expect(provider.tokens.size).toBe(1);
    const renewed = JSON.parse((await line.run('token', 'photos', '--json', '--refresh')).stdout);
    expect(provider.tokens.get(renewed.access_token)).toBe(renewed.token_secret);
    expect(quirky.requestsTo('/photos.example.com/token')).toHaveLength(3);
    expectNoSecrets((await line.run('status')).stdout, ['canary-handle', clientSecret]);
  });

  it('is not lost over a clock that is off, and ends when the server takes the handle no more', async () => {
    const { line, provider } = await open({ reply }, {});
    expect(await line.run('photos')).toMatchObject({ exitCode: 0 });
    provider.faults.clockAhead = 7200;
    expect((await line.run('token', 'photos', '--json', '--refresh')).stderr).toContain('timestamp_refused');
    provider.faults.clockAhead = 0;
    expect(JSON.parse((await line.run('status', '--json')).stdout).accounts[0].needs_login).toBe(null);
    provider.faults.problems.push({ status: 401, body: 'oauth_problem=session_handle_invalid' });
    const ended = await line.run('token', 'photos', '--json', '--refresh');
    expect(ended.exitCode).toBe(4);
    expect((await line.run('status')).stdout).toContain('sign in again with: oauth-login photos');
  });
});
