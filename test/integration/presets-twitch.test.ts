import { beforeEach, describe, expect, it } from 'vitest';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { errorOf } from '../support/command-line.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import {
  anyPortOf,
  clientId,
  expectedAuthorization,
  expectedExchange,
  expectToBelongTogether,
  formOf,
  lastTo,
  parametersOf,
} from '../support/preset-at-the-wire.ts';
import { twitch } from '../support/presets.ts';
import { type Play, playProvider } from '../support/quirky-providers.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';

const clientSecret = 'canary-client-secret-of-twitch';
const env = { OAUTH_LOGIN_TWITCH_CLIENT_ID: clientId, OAUTH_LOGIN_TWITCH_CLIENT_SECRET: clientSecret };
const person = { id: '141981764', login: 'twitchdev', display_name: 'TwitchDev', email: 'dev@example.com' };
const scope = ['openid', 'user:read:email'];

let server: QuirkyServer;
let line: PlayedCommandLine;

beforeEach(async () => {
  server = closeAfterTest(await openQuirkyServer());
  line = closeAfterTest(openPlayedCommandLine(server, env));
});

const play = (more: Partial<Play> = {}) =>
  playProvider(server, twitch, {
    profile: { data: [person] },
    idToken: { sub: person.id },
    token: { scope, expires_in: 14124, refresh_token: 'canary-refresh-0' },
    ...more,
  });

/** The port is fixed, and others may use it at the same time. */
const login = ['twitch', '--port', '0'];

describe('signing in to Twitch', () => {
  it('sends exactly the requests it should, and says who it is', async () => {
    const played = play();
    const { exitCode, stdout } = await line.run(...login);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Signed in to Twitch as twitchdev \(TwitchDev\) <dev@example\.com>/);
    const authorization = lastTo(server, 'GET /id.twitch.tv/oauth2/authorize');
    expect(parametersOf(authorization.query)).toEqual(
      expectedAuthorization({
        redirect_uri: anyPortOf('localhost'),
        scope: 'openid user:read:email',
        nonce: expect.any(String),
        claims: expect.any(String),
      }),
    );
    expect(JSON.parse(authorization.query.get('claims') ?? '')).toEqual({
      id_token: { email: null, email_verified: null, picture: null, preferred_username: null },
    });
    const token = lastTo(server, 'POST /id.twitch.tv/oauth2/token');
    expectToBelongTogether(authorization, token);
    expect(token.headers.authorization).toBeUndefined();
    expect(formOf(token)).toEqual(expectedExchange(played.codes[0], { client_secret: clientSecret }));
    expect(lastTo(server, 'GET /api.twitch.tv/helix/users').headers['client-id']).toBe(clientId);
  });

  it('renews the token, and revokes both', async () => {
    play();
    expect((await line.run(...login)).exitCode).toBe(0);
    server.on(
      '/id.twitch.tv/oauth2/token',
      json({ access_token: 'at-1', refresh_token: 'rt-1', token_type: 'bearer', expires_in: 14124, scope }),
    );
    expect((await line.run('token', '--refresh')).stdout).toBe('at-1\n');
    server.on('/id.twitch.tv/oauth2/revoke', json({ status: 400, message: 'Invalid token' }, 400), json({}));
    expect((await line.run('logout', 'twitch')).exitCode).toBe(0);
    const revoked = server.requestsTo('POST /id.twitch.tv/oauth2/revoke').map((request) => formOf(request));
    expect(revoked.map(({ token }) => token)).toEqual(['rt-1', 'at-1']);
  });

  it('takes a status with a message for the error that it is', async () => {
    const wrong = json({ status: 403, message: 'invalid client secret' }, 403);
    play({ tokenResponder: wrong });
    const outcome = await line.run(...login, '--json');
    expect(errorOf(outcome)).toMatchObject({ code: 'as_invalid_client', exit_code: 5 });
    expectNoSecrets(line.everythingSaid(), [clientSecret]);
  });

  it('refuses the profile of somebody else than the ID Token names', async () => {
    play({ idToken: { sub: '1' } });
    const outcome = await line.run(...login, '--json');
    expect(errorOf(outcome)).toMatchObject({ code: 'protocol_subject_mismatch', exit_code: 6 });
  });
});
