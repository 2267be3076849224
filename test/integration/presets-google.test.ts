import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/host/clock.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { errorOf } from '../support/command-line.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import {
  anyPortOf,
  clientId,
  expectedAuthorization,
  expectedExchange,
  expectedRefresh,
  expectToBelongTogether,
  formOf,
  fresh,
  lastTo,
  parametersOf,
  routesOf,
} from '../support/preset-at-the-wire.ts';
import { google } from '../support/presets.ts';
import { type Play, type PlayedProvider, playProvider, signIdToken } from '../support/quirky-providers.ts';
import { json, text } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';

const clientSecret = 'GOCSPX-canary-of-a-client-secret';
const env = { OAUTH_LOGIN_GOOGLE_CLIENT_ID: clientId, OAUTH_LOGIN_GOOGLE_CLIENT_SECRET: clientSecret };
const person = {
  sub: '110169484474386276334',
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  email_verified: true,
  picture: 'https://lh3.googleusercontent.com/a/ada',
};
const refreshToken = '1//canary-refresh-token-of-google';
/** What Google answers when `openid email profile` are all granted. */
const granted =
  'openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile';
const authorize = '/accounts.google.com/o/oauth2/v2/auth';
const tokenEndpoint = 'POST /oauth2.googleapis.com/token';
const revoke = 'POST /oauth2.googleapis.com/revoke';

let server: QuirkyServer;
let line: PlayedCommandLine;

beforeEach(async () => {
  server = closeAfterTest(await openQuirkyServer());
  line = closeAfterTest(openPlayedCommandLine(server, env));
});

function play(more: Partial<Play> = {}): PlayedProvider {
  return playProvider(server, google, {
    token: { expires_in: 3599, refresh_token: refreshToken, scope: granted },
    idToken: { sub: person.sub, email: person.email, hd: 'example.com' },
    profile: person,
    ...more,
  });
}

describe('signing in to Google', () => {
  it('sends exactly the requests it should, and says who it is', async () => {
    const played = play();
    const { exitCode, stdout } = await line.run('google');
    expect(exitCode).toBe(0);
    expect(routesOf(server)).toEqual([
      `GET ${authorize}`,
      tokenEndpoint,
      'GET /www.googleapis.com/oauth2/v3/certs',
      'GET /openidconnect.googleapis.com/v1/userinfo',
    ]);
    const authorization = lastTo(server, authorize);
    expect(parametersOf(authorization.query)).toEqual(
      expectedAuthorization({
        redirect_uri: anyPortOf('127.0.0.1'),
        scope: 'openid email profile',
        nonce: fresh,
        access_type: 'offline',
        prompt: 'consent',
      }),
    );
    const token = lastTo(server, tokenEndpoint);
    expectToBelongTogether(authorization, token);
    expect(formOf(token)).toEqual(expectedExchange(played.codes[0], { client_secret: clientSecret }));
    expect(token.headers).not.toHaveProperty('authorization');
    const userInfo = lastTo(server, '/openidconnect.googleapis.com/v1/userinfo');
    expect(userInfo.query.size).toBe(0);
    expect(userInfo.headers.authorization).toBe(`Bearer ${played.tokens[0]}`);
    expect(stdout).toBe(
      [
        'Signed in to Google as Ada Lovelace <ada@example.com>',
        '  stored:  encrypted, but the key is in a file beside it: only file permissions protect it',
        `  scopes:  ${granted}`,
        '  valid:   for 59 minutes, then refreshed',
        '',
      ].join('\n'),
    );
  });

  it('reports the scopes that were not granted, under the names they were asked for', async () => {
    play({ token: { expires_in: 3599, scope: 'openid https://www.googleapis.com/auth/userinfo.profile' } });
    const { stdout } = await line.run('google', '--scope', 'https://www.googleapis.com/auth/drive.readonly');
    expect(stdout).toContain(
      '\n           requested but not granted: email https://www.googleapis.com/auth/drive.readonly\n',
    );
  });

  it('asks for the consent again only while no refresh token is stored for this client, and lets the person choose then', async () => {
    play();
    await line.run('google');
    await line.run('google');
    expect(server.requestsTo(authorize).map(({ query }) => query.get('prompt'))).toEqual([
      'consent',
      'select_account',
    ]);
    expect(server.requestsTo(authorize).map(({ query }) => query.get('access_type'))).toEqual([
      'offline',
      'offline',
    ]);
    await line.run('google', '--client-id', 'another.client');
    expect(lastTo(server, authorize).query.get('prompt')).toBe('consent');
  });

  it('keeps the stored refresh token when the second sign-in brings none', async () => {
    play();
    await line.run('google');
    play({ token: { expires_in: 3599, scope: granted } });
    const { stdout } = await line.run('google');
    expect(stdout).toContain('then refreshed');
    expect((await line.run('token', '--refresh')).exitCode).toBe(0);
    expect(formOf(lastTo(server, tokenEndpoint))).toMatchObject({ refresh_token: refreshToken });
  });

  it('does without a refresh token when that is wanted', async () => {
    play({ token: { expires_in: 3599, scope: granted } });
    const { stdout } = await line.run('google', '--no-offline-access');
    const query = parametersOf(lastTo(server, authorize).query);
    expect(query).not.toHaveProperty('access_type');
    expect(query).not.toHaveProperty('prompt');
    expect(stdout).toContain('for 59 minutes, then sign in again');
  });

  it.each(['https://accounts.google.com', 'accounts.google.com'])(
    'takes the ID Token of the issuer %s',
    async (iss) => {
      play({ idToken: { sub: person.sub, iss } });
      expect((await line.run('google')).exitCode).toBe(0);
      expect(JSON.parse((await line.run('status', '--json')).stdout).accounts).toMatchObject([
        { issuer: 'https://accounts.google.com' },
      ]);
    },
  );

  it.each<Record<string, unknown>>([
    { iss: 'https://accounts.google.com.evil.test' },
    { aud: 'another.client' },
    { nonce: 'another' },
    { exp: 1 },
  ])('refuses an ID Token with %o', async (claims) => {
    play({ idToken: { sub: person.sub, ...claims } });
    const outcome = await line.run('google', '--json');
    expect(outcome.exitCode).toBe(6);
    expect(errorOf(outcome).code).toBe('protocol_invalid_id_token');
    expect((await line.run('status')).exitCode).toBe(4);
  });

  it('takes an authorization response that names Google, and sends nothing after one that names another', async () => {
    play({ iss: 'https://accounts.google.com' });
    expect((await line.run('google')).exitCode).toBe(0);
    const before = server.requestsTo(tokenEndpoint).length;
    play({ iss: 'https://evil.test' });
    const outcome = await line.run('google', '--json');
    expect(errorOf(outcome).code).toBe('protocol_issuer_mismatch');
    expect(outcome.exitCode).toBe(6);
    expect(server.requestsTo(tokenEndpoint)).toHaveLength(before);
  });

  it('does not take somebody else’s UserInfo', async () => {
    play({ profile: { ...person, sub: 'somebody-else' } });
    expect((await line.run('google')).exitCode).toBe(6);
  });
});

describe('the stored sign-in to Google', () => {
  let played: PlayedProvider;
  beforeEach(async () => {
    played = play();
    expect((await line.run('google')).exitCode).toBe(0);
  });

  it('answers whoami in the shape of all providers', async () => {
    expect(JSON.parse((await line.run('whoami', '--json')).stdout)).toEqual({
      provider: 'google',
      ...person,
      raw: person,
    });
  });

  it('is used again until it expires, and is then refreshed', async () => {
    const count = server.requests.length;
    expect((await line.run('token')).stdout).toBe(`${played.tokens[0]}\n`);
    expect(server.requests).toHaveLength(count);
    const clock = { ...systemClock, now: () => new Date(Date.now() + 3_590_000) };
    expect((await line.runIn({ clock }, 'token')).stdout).toBe(`${played.tokens[1]}\n`);
    const request = lastTo(server, tokenEndpoint);
    expect(formOf(request)).toEqual(expectedRefresh(refreshToken, { client_secret: clientSecret }));
    expect((await line.run('status')).stdout).toContain('then refreshed');
  });

  it('keeps the refresh token when a refresh brings none, and forgets none when it fails', async () => {
    server.on('/oauth2.googleapis.com/token', text('<h1>502</h1>', 'text/html', 502));
    expect((await line.run('token', '--refresh')).exitCode).toBe(7);
    play({ token: { expires_in: 3599, scope: granted }, idToken: { sub: person.sub } });
    // A server in trouble is left alone for a few seconds.
    const later = { ...systemClock, now: () => new Date(Date.now() + 10_000) };
    for (const _ of [1, 2]) {
      expect((await line.runIn({ clock: later }, 'token', '--refresh')).exitCode).toBe(0);
    }
    expect(formOf(lastTo(server, tokenEndpoint)).refresh_token).toBe(refreshToken);
  });

  it('says that it ended when Google refuses the refresh token', async () => {
    const error = { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' };
    server.on('/oauth2.googleapis.com/token', json(error, 400));
    const outcome = await line.run('token', '--refresh', '--json');
    expect(outcome.exitCode).toBe(4);
    expect(errorOf(outcome)).toMatchObject({
      code: 'refresh_rejected',
      hint: 'sign in again with: oauth-login google',
    });
    expect((await line.run('status')).stdout).toMatch(/, then sign in again\n.*attention: Google refused/s);
    play();
    await line.run('google');
    expect(lastTo(server, authorize).query.get('prompt')).toBe('consent select_account');
  });

  it('does not take a refreshed ID Token of somebody else', async () => {
    const idToken = signIdToken({ iss: google.issuer, aud: clientId, sub: 'somebody-else' });
    server.on(
      '/oauth2.googleapis.com/token',
      json({ access_token: 'at', token_type: 'Bearer', id_token: idToken }),
    );
    const outcome = await line.run('token', '--refresh');
    expect(outcome.exitCode).toBe(6);
    expect((await line.run('token')).stdout).toBe(`${played.tokens[0]}\n`);
  });

  it('is revoked with the token alone: no client secret goes where none is asked for', async () => {
    const invalid = { error: 'invalid_token', error_description: 'Token expired or revoked' };
    server.on('/oauth2.googleapis.com/revoke', json({}), json(invalid, 400));
    const { exitCode, stdout } = await line.run('logout');
    expect(stdout).toBe(
      'Signed out Ada Lovelace <ada@example.com> at Google: the tokens were revoked at Google and deleted from this machine.\n',
    );
    expect(exitCode).toBe(0);
    expect(server.requestsTo(revoke).map(formOf)).toEqual([
      { token: refreshToken },
      { token: played.tokens[0] },
    ]);
    for (const { headers } of server.requestsTo(revoke)) {
      expect(headers).not.toHaveProperty('authorization');
    }
  });

  it.each([
    [403, json({ error: 'access_denied' }, 403), 5],
    [503, text('<h1>down</h1>', 'text/html', 503), 7],
  ] as const)(
    'stays when Google answers %d to the revocation, which is said; --forget forgets it',
    async (_, responder, code) => {
      server.on('/oauth2.googleapis.com/revoke', responder);
      const outcome = await line.run('logout');
      expect(outcome.exitCode).toBe(code);
      expect(outcome.stdout).toBe('');
      expect(outcome.stderr).toContain('withdraw the access at https://myaccount.google.com/connections): ');
      expect((await line.run('status')).exitCode).toBe(0);
      expect((await line.run('logout', '--forget')).stdout).toContain(
        'so they may stay valid until they expire; withdraw the access at https://myaccount.google.com/',
      );
      expect((await line.run('status')).exitCode).toBe(4);
    },
  );

  it('shows none of its secrets, and keeps none in the clear', async () => {
    const secrets = [clientSecret, refreshToken, ...played.tokens, ...played.codes];
    expect((await line.run('whoami', '--debug')).exitCode).toBe(0);
    expectNoSecrets({ directory: line.directory }, secrets);
    expect((await line.run('logout', '--debug')).exitCode).toBe(0);
    expect(line.everythingSaid()).toContain('debug: ');
    expectNoSecrets(line.everythingSaid(), secrets);
  });
});

/** The clock a day later, when the access token has expired. */
const later = { ...systemClock, now: () => new Date(Date.now() + 86_400_000) };

describe('Google, whose app is in testing', () => {
  const ends = (refreshTokenExpiresIn: unknown) => ({
    token: {
      expires_in: 3599,
      refresh_token: refreshToken,
      scope: granted,
      refresh_token_expires_in: refreshTokenExpiresIn,
    },
  });

  it.each([[604799], ['604799']])(
    'ends the sign-in after seven days (%j), which it says at once',
    async (life) => {
      play(ends(life));
      const { exitCode, stderr } = await line.run('google');
      expect(exitCode, stderr).toBe(0);
      expect(stderr).toMatch(/^note: Google ends this sign-in after 7 days, .*"Testing"/m);
    },
  );

  it('tells a program of it', async () => {
    play(ends(604799));
    const { stderr } = await line.run('google', '--events');
    expect(stderr).toMatch(/^\{"event":"notice","code":"sign_in_ends","message":".*7 days/m);
  });

  it.each([[undefined], ['soon'], [-1], [15897600], [Number.MAX_SAFE_INTEGER]])(
    'is said nothing of with %j',
    async (life) => {
      play(ends(life));
      const { exitCode, stderr } = await line.run('google');
      expect([exitCode, stderr.includes('ends this sign-in')]).toEqual([0, false]);
    },
  );

  it('is the likely reason behind invalid_grant afterwards', async () => {
    play(ends(604799));
    await line.run('google');
    server.on(
      tokenEndpoint,
      json({ error: 'invalid_grant', error_description: 'Token has been expired or revoked.' }, 400),
    );
    const error = errorOf(await line.runIn({ clock: later }, 'token', 'google', '--json'));
    expect(error).toMatchObject({ code: 'refresh_rejected', exit_code: 4 });
    expect(error.message).toMatch(/\(invalid_grant\): most likely because .*"Testing".* seven days/);
    expect(error.hint).toContain('oauth-login google');
  });
});
