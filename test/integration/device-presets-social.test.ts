import { beforeEach, describe, expect, it } from 'vitest';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { errorOf } from '../support/command-line.ts';
import {
  type DevicePlay,
  deviceCode,
  deviceCodes,
  expectedPoll,
  playDeviceGrant,
} from '../support/device-presets.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import { clientId, expectedRefresh, formOf, lastTo } from '../support/preset-at-the-wire.ts';
import { facebook, twitch } from '../support/presets.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';

let server: QuirkyServer;
let line: PlayedCommandLine;

beforeEach(async () => {
  server = closeAfterTest(await openQuirkyServer());
  line = closeAfterTest(openPlayedCommandLine(server));
});

const play = (...grant: DevicePlay) => playDeviceGrant(server, line, ...grant);

describe('--device at Facebook', () => {
  const token = 'canary-client-token-of-facebook';
  const env = { OAUTH_LOGIN_STORE: 'file', OAUTH_LOGIN_FACEBOOK_CLIENT_SECRET: token };
  const login = ['facebook', '--client-id', '1234'];
  const access = `1234|${token}`;
  const device = json({
    code: deviceCode,
    user_code: 'A1NWZ9',
    verification_uri: 'https://www.facebook.com/device',
    expires_in: 420,
    interval: 5,
  });
  const graph = (code: number, subcode: number) =>
    json({ error: { message: 'no', type: 'OAuthException', code, error_subcode: subcode } }, 400);
  const pending = graph(31, 1349174);
  const granted = json({
    access_token: 'EAAcanary',
    data_access_expiration_time: 1,
    expires_in: 5183944,
  });

  beforeEach(() => {
    line = closeAfterTest(openPlayedCommandLine(server, env));
    server.at('https://graph.facebook.com/v24.0/me', json({ id: '10', name: 'Ada Lovelace' }));
  });

  it('speaks the dialect of the Graph API, and signs in', async () => {
    const played = play(facebook, device, [pending, graph(17, 1349172), pending, granted]);
    const { exitCode, stdout, stderr, stage } = await played.signIn(...login);
    expect(stderr).toContain('\nhttps://www.facebook.com/device\n');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Signed in to Facebook as .*Ada Lovelace/);
    expect(played.deviceRequest()).toEqual({ access_token: access, scope: 'public_profile,email' });
    expect(played.poll()).toEqual({ access_token: access, code: deviceCode });
    expect(stage.polls()).toEqual([5, 5, 10]);
    expect(stage.seconds()).toBe(30);
    expect(server.requestsTo('POST /graph.facebook.com/v24.0/oauth/access_token')).toEqual([]);
    expectNoSecrets(stderr + line.everythingSaid(), [token, deviceCode, 'EAAcanary']);
  });

  it('keeps the client token out of the account, and makes no proof of it', async () => {
    const played = play(facebook, device, [granted]);
    expect((await played.signIn(...login)).exitCode).toBe(0);
    const asked = lastTo(server, 'GET /graph.facebook.com/v24.0/me');
    expect(asked.query.has('appsecret_proof')).toBe(false);
    expect((await line.runIn({ env: { OAUTH_LOGIN_STORE: 'file' } }, 'whoami')).exitCode).toBe(0);
    const nothingGiven = { env: { OAUTH_LOGIN_STORE: 'file', BROWSER: 'played' } };
    const again = await line.runIn(nothingGiven, ...login, '--json');
    expect(errorOf(again).code).toBe('config_missing_client_secret');
  });

  it.each([
    [1349152, 463, 'as_expired_token'],
    [1349173, 10, 'as_access_denied'],
  ])('ends with the subcode %d', async (subcode, code, expected) => {
    const played = play(facebook, device, [graph(code, subcode)]);
    expect(errorOf(await played.signIn(...login, '--json'))).toMatchObject({
      code: expected,
      exit_code: 5,
    });
  });

  it('tells a wrong client token from a wrong secret, and repeats neither', async () => {
    const quoting = { message: `Invalid OAuth access token ${access}`, type: 'OAuthException', code: 190 };
    const played = play(facebook, json({ error: quoting }, 400), [granted]);
    const outcome = await played.signIn(...login, '--json');
    expect(errorOf(outcome).hint).toContain('Client token');
    expectNoSecrets(outcome.stderr + outcome.stdout, [token]);
  });

  it('asks for the client token by its name, whatever secret is sealed', async () => {
    play(facebook, device, [granted]);
    const sealed = await line.run('setup', 'facebook', '--client-id', '1234');
    expect(sealed.exitCode).toBe(0);
    const changes = { env: { OAUTH_LOGIN_STORE: 'file' } };
    const outcome = await line.runAtTerminalIn(changes, ['typed-token'], 'facebook', '--device');
    expect(outcome.exitCode).toBe(0);
    expect(line.asked.map(({ question }) => question)).toEqual([
      expect.stringMatching(/^Client token of 1234 at Facebook .*"Security"/),
    ]);
    const request = lastTo(server, 'POST /graph.facebook.com/v24.0/device/login');
    expect(formOf(request).access_token).toBe('1234|typed-token');
  });

  it('names the variable and the place when nobody can be asked', async () => {
    const changes = { env: { OAUTH_LOGIN_STORE: 'file', BROWSER: 'played' } };
    const outcome = await line.runIn(changes, ...login, '--device', '--json');
    const { code, message, hint } = errorOf(outcome);
    expect(code).toBe('config_missing_client_secret');
    expect(message).toContain('client token');
    expect(hint).toMatch(/Client token .*"Security".* OAUTH_LOGIN_FACEBOOK_CLIENT_SECRET/);
  });
});

describe('--device at Twitch', () => {
  const login = ['twitch', '--client-id', clientId];
  const said = (message: string, status = 400) => json({ status, message }, status);
  const page = 'https://www.twitch.tv/activate?public=true&device-code=ABCDEFGH';
  const device = deviceCodes(page, { user_code: 'ABCDEFGH', expires_in: 1800 });
  const tokens = (accessToken: string, refreshToken: string) =>
    json({
      access_token: accessToken,
      refresh_token: refreshToken,
      token_type: 'bearer',
      expires_in: 14124,
      scope: ['user:read:email'],
    });
  const person = { id: '141981764', login: 'twitchdev', display_name: 'TwitchDev', email: 'dev@example.com' };

  beforeEach(() => server.at(twitch.profile.url, json({ data: [person] })));

  it('sends the scopes under their own name with every request', async () => {
    const played = play(twitch, device, [
      said('authorization_pending'),
      said('slow_down'),
      tokens('at-0', 'rt-0'),
      tokens('at-1', 'rt-1'),
    ]);
    const { exitCode, stdout, stderr, stage } = await played.signIn(...login);
    expect(stderr).toContain(`\n${page}\n`);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Signed in to Twitch as twitchdev \(TwitchDev\) <dev@example\.com>/);
    expect(stdout).not.toContain('openid');
    expect(played.deviceRequest()).toEqual({ client_id: clientId, scopes: 'user:read:email' });
    expect(played.poll()).toEqual(expectedPoll({ scopes: 'user:read:email' }));
    expect(stage.seconds()).toBe(5 + 5 + 10);
    expect(lastTo(server, 'GET /api.twitch.tv/helix/users').headers).toMatchObject({
      'client-id': clientId,
      authorization: 'Bearer at-0',
    });
    expect((await line.run('token', '--refresh')).stdout).toBe('at-1\n');
    expect(formOf(lastTo(server, 'POST /id.twitch.tv/oauth2/token'))).toEqual(expectedRefresh('rt-0'));
  });

  it.each([
    ['invalid device code', 'as_invalid_grant'],
    ['missing client secret', 'as_invalid_client'],
    ['something else', 'as_invalid_request'],
  ])('ends when the message is "%s"', async (message, code) => {
    const played = play(twitch, device, [said(message)]);
    expect(errorOf(await played.signIn(...login, '--json'))).toMatchObject({ code, exit_code: 5 });
  });

  it('asks to sign in again when the refresh token is refused', async () => {
    const played = play(twitch, device, [
      tokens('at-0', 'rt-0'),
      json({ error: 'Bad Request', status: 400, message: 'Invalid refresh token' }, 400),
    ]);
    expect((await played.signIn(...login)).exitCode).toBe(0);
    const outcome = await line.run('token', '--refresh', '--json');
    expect(errorOf(outcome)).toMatchObject({ code: 'refresh_rejected', exit_code: 4 });
  });
});
