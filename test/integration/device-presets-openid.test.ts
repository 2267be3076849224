import { beforeEach, describe, expect, it } from 'vitest';
import { expandProvider } from '../../src/providers/expand.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { errorOf } from '../support/command-line.ts';
import {
  type DevicePlay,
  deviceCode,
  deviceCodes,
  expectedPoll,
  playDeviceGrant,
  refusal,
} from '../support/device-presets.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import { clientId, expectedRefresh, formOf, lastTo } from '../support/preset-at-the-wire.ts';
import { gitlab, google, microsoft } from '../support/presets.ts';
import { playIdentity, signIdToken } from '../support/quirky-providers.ts';
import { json, text } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';

let server: QuirkyServer;
let line: PlayedCommandLine;

beforeEach(async () => {
  server = closeAfterTest(await openQuirkyServer());
  line = closeAfterTest(openPlayedCommandLine(server));
});

const play = (...grant: DevicePlay) => playDeviceGrant(server, line, ...grant);

describe('--device at Google', () => {
  const secret = 'canary-secret-of-google';
  const env = { OAUTH_LOGIN_STORE: 'file', OAUTH_LOGIN_GOOGLE_CLIENT_SECRET: secret };
  const login = ['google', '--client-id', clientId];
  const person = { sub: '10769150350006150715113082367', name: 'Ada Lovelace', email: 'ada@gmail.com' };
  const device = json({
    device_code: deviceCode,
    user_code: 'GQVQ-JKEC',
    verification_url: 'https://www.google.com/device',
    expires_in: 1800,
    interval: 5,
  });
  const scope =
    'openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile';
  const tokens = (accessToken: string) => ({
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: 3599,
    scope,
    id_token: signIdToken({ iss: 'https://accounts.google.com', aud: clientId, sub: person.sub }),
  });

  beforeEach(() => {
    line = closeAfterTest(openPlayedCommandLine(server, env));
    playIdentity(server, google, person);
  });

  it('finds the page under its other name, and proves itself while polling only', async () => {
    const played = play(google, device, [
      refusal('authorization_pending', { error_description: 'Precondition Required' }, 428),
      refusal('slow_down', { error_description: 'Forbidden' }, 403),
      json({ ...tokens('ya29.0'), refresh_token: '1//0' }),
      json(tokens('ya29.1')),
    ]);
    const { exitCode, stdout, stderr, stage } = await played.signIn(...login);
    expect(stderr).toContain('\nhttps://www.google.com/device\n');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Signed in to Google as .*ada@gmail\.com/);
    expect(played.deviceRequest()).toEqual({ client_id: clientId, scope: 'openid email profile' });
    expect(played.poll()).toEqual(expectedPoll({ client_secret: secret }));
    expect(stage.seconds()).toBe(5 + 5 + 10);
    expect((await line.run('token', '--refresh')).stdout).toBe('ya29.1\n');
    expect(formOf(lastTo(server, 'POST /oauth2.googleapis.com/token'))).toEqual(
      expectedRefresh('1//0', { client_secret: secret }),
    );
  });

  it('says which type of client to register when it is another', async () => {
    const type = { error_description: 'Invalid client type.' };
    const played = play(google, refusal('invalid_client', type, 401), [json({})]);
    const outcome = await played.signIn(...login, '--json');
    expect(errorOf(outcome)).toMatchObject({
      code: 'as_invalid_client',
      hint: expect.stringContaining('TVs and Limited Input devices'),
    });
  });

  it('reads an error under its other name', async () => {
    const played = play(google, json({ error_code: 'rate_limit_exceeded' }, 403), [json({})]);
    expect(errorOf(await played.signIn(...login, '--json')).code).toBe('as_rate_limit_exceeded');
  });

  it('demands the secret before it shows a code', async () => {
    const played = play(google, device, [json({})]);
    const outcome = await line.runIn(
      { env: { OAUTH_LOGIN_STORE: 'file', BROWSER: 'played' } },
      ...login,
      '--device',
      '--json',
    );
    expect(errorOf(outcome)).toMatchObject({ code: 'config_missing_client_secret', exit_code: 3 });
    expect(server.requests).toEqual([]);
    expect(played.polls()).toEqual([]);
  });

  it('is never chosen unasked, since the client of the browser is of no use there', async () => {
    play(google, device, [json({})]);
    const changes = { canOpenBrowser: false, env: { ...env, BROWSER: 'lynx' } };
    const outcome = await line.runIn(changes, ...login, '--timeout', '1', '--json');
    expect(errorOf(outcome)).toMatchObject({ code: 'login_timeout', exit_code: 7 });
    expect(server.requests).toEqual([]);
  });
});

describe('--device at Microsoft', () => {
  const tid = '9122040d-6c67-4c5b-b112-36a304b66dad';
  const login = ['microsoft', '--client-id', clientId];
  const tokens = (accessToken: string, refreshToken: string) =>
    json({
      access_token: accessToken,
      refresh_token: refreshToken,
      token_type: 'Bearer',
      expires_in: 3599,
      scope: 'openid profile email',
      id_token: signIdToken({
        iss: `https://login.microsoftonline.com/${tid}/v2.0`,
        aud: clientId,
        sub: 'AAAA',
        tid,
      }),
    });
  const tokenPath = 'POST /login.microsoftonline.com/common/oauth2/v2.0/token';

  beforeEach(() => {
    playIdentity(server, expandProvider(microsoft), {
      sub: 'AAAA',
      name: 'Ada Lovelace',
      email: 'ada@contoso.com',
    });
  });

  it.each([
    'https://microsoft.com/devicelogin',
    'https://www.microsoft.com/link',
    'https://login.microsoft.com/device',
  ])('signs a public client in with the page %s', async (page) => {
    const played = play(microsoft, deviceCodes(page), [
      refusal('authorization_pending', { error_codes: [70016] }),
      tokens('at-0', 'rt-0'),
      tokens('at-1', 'rt-1'),
    ]);
    const { exitCode, stdout } = await played.signIn(...login);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Signed in to Microsoft as .*Ada Lovelace/);
    expect(played.deviceRequest()).toEqual({
      client_id: clientId,
      scope: 'openid profile email offline_access',
    });
    expect(played.poll()).toEqual(expectedPoll());
    expect((await line.run('token', '--refresh')).stdout).toBe('at-1\n');
    expect(formOf(lastTo(server, tokenPath))).toEqual(expectedRefresh('rt-0'));
  });

  it('names the switch for public clients', async () => {
    const description =
      "AADSTS7000218: The request body must contain: 'client_assertion' or 'client_secret'.";
    const played = play(microsoft, deviceCodes('https://microsoft.com/devicelogin'), [
      refusal('invalid_client', { error_description: description }, 401),
    ]);
    const outcome = await played.signIn(...login, '--json');
    expect(errorOf(outcome).hint).toContain('Allow public client flows');
  });

  it('ends with the refusal under its own name', async () => {
    const played = play(microsoft, deviceCodes('https://microsoft.com/devicelogin'), [
      refusal('authorization_declined'),
    ]);
    expect(errorOf(await played.signIn(...login, '--json'))).toMatchObject({
      code: 'as_authorization_declined',
      hint: expect.stringContaining('allow the access'),
    });
  });
});

describe('--device at GitLab', () => {
  const host = 'git.example.com';
  const provider = expandProvider(gitlab, { host });
  const login = ['gitlab', '--host', host, '--client-id', clientId];
  const person = { sub: '42', nickname: 'ada', name: 'Ada Lovelace' };
  const tokens = (accessToken: string, refreshToken: string) =>
    json({
      access_token: accessToken,
      refresh_token: refreshToken,
      token_type: 'Bearer',
      expires_in: 7200,
      scope: 'openid profile email',
      id_token: signIdToken({ iss: `https://${host}`, aud: clientId, sub: '42' }),
    });

  it('knows the endpoint that the metadata leaves out', async () => {
    playIdentity(server, provider, person);
    const played = play(
      gitlab,
      deviceCodes(`https://${host}/oauth/device`),
      [refusal('authorization_pending'), tokens('at-0', 'rt-0'), tokens('at-1', 'rt-1')],
      { host },
    );
    const { exitCode, stdout } = await played.signIn(...login);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('as ada (Ada Lovelace)');
    expect(played.deviceRequest()).toEqual({ client_id: clientId, scope: 'openid profile email' });
    expect(played.poll()).toEqual(expectedPoll());
    expect((await line.run('token', '--refresh')).stdout).toBe('at-1\n');
    expect(formOf(lastTo(server, `POST /${host}/oauth/token`))).toEqual(expectedRefresh('rt-0'));
  });

  it('says from which release on it works when the server has no such page', async () => {
    const notFound = text('<html><body>404</body></html>', 'text/html', 404);
    const played = play(gitlab, notFound, [tokens('at', 'rt')], { host });
    expect(errorOf(await played.signIn(...login, '--json'))).toMatchObject({
      code: 'config_no_device_grant',
      exit_code: 3,
      hint: expect.stringContaining('GitLab 17.2'),
    });
  });
});
