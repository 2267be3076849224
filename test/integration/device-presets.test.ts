import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expandProvider } from '../../src/providers/expand.ts';
import { facebook } from '../../src/providers/facebook.ts';
import { github } from '../../src/providers/github.ts';
import { gitlab } from '../../src/providers/gitlab.ts';
import { google } from '../../src/providers/google.ts';
import { microsoft } from '../../src/providers/microsoft.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { twitch } from '../../src/providers/twitch.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { errorOf } from '../support/command-line.ts';
import { type PlayedDeviceGrant, playDeviceGrant } from '../support/device-presets.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import { basic, formOf, lastTo } from '../support/preset-at-the-wire.ts';
import { publicJwk, signIdToken } from '../support/quirky-providers.ts';
import { json, text } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer, type Responder } from '../support/quirky-server.ts';

const clientId = 'client.id';
const grantType = 'urn:ietf:params:oauth:grant-type:device_code';
const deviceCode = 'canary-device-code-0123456789';

let server: QuirkyServer;
let line: PlayedCommandLine;

beforeEach(async () => {
  server = await openQuirkyServer();
  line = openPlayedCommandLine(server);
});
afterEach(async () => {
  line.close();
  await server.close();
});

type Polls = readonly [Responder, ...Responder[]];

/** The codes as RFC 8628 §3.2 has them. */
const codes = (page: string, more: object = {}) =>
  json({
    device_code: deviceCode,
    user_code: 'WDJB-MJHT',
    verification_uri: page,
    expires_in: 900,
    interval: 5,
    ...more,
  });

const refused = (error: string, more: object = {}, status = 400) => json({ error, ...more }, status);

const play = (provider: Provider, device: Responder, polls: Polls): PlayedDeviceGrant =>
  playDeviceGrant(server, line, expandProvider(provider), device, polls);

function serve(url: string | undefined, ...responders: readonly [Responder, ...Responder[]]): void {
  server.on(new URL(server.placeOf(url ?? '')).pathname, ...responders);
}

/** Serves the keys and the UserInfo of an OpenID provider. */
function serveOpenId(provider: Provider, userInfo: object): void {
  serve(provider.endpoints.jwks_uri, json({ keys: [publicJwk()] }));
  serve(provider.endpoints.userinfo_endpoint, json(userInfo));
}

describe('--device at GitHub', () => {
  const octocat = { id: 583231, login: 'octocat', name: 'The Octocat', email: 'octocat@github.com' };
  const page = 'https://github.com/login/device';
  const granted = json({ access_token: 'gho_canary0', token_type: 'bearer', scope: 'read:user,user:email' });
  const login = ['github', '--client-id', clientId];

  beforeEach(() => serve('https://api.github.com/user', json(octocat)));

  it('needs no secret, and takes errors with status 200', async () => {
    const pending = refused('authorization_pending', {}, 200);
    const played = play(github, codes(page), [pending, pending, granted]);
    const { exitCode, stdout, stderr, stage } = await played.signIn(...login);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Signed in to GitHub as octocat \(The Octocat\)/);
    expect(played.deviceRequest()).toEqual({ client_id: clientId, scope: 'read:user user:email' });
    expect(played.poll()).toEqual({
      client_id: clientId,
      device_code: deviceCode,
      grant_type: grantType,
    });
    expect(lastTo(server, 'POST /github.com/login/oauth/access_token').headers.accept).toBe(
      'application/json',
    );
    expect(stage.polls()).toEqual([5, 5]);
    expect(stderr).toContain(`\n${page}\n`);
    expectNoSecrets(stderr + line.everythingSaid(), [deviceCode, 'gho_canary0']);
  });

  it('takes the larger one of five seconds more and of what the server says', async () => {
    const played = play(github, codes(page), [
      refused('slow_down', { interval: 10 }, 200),
      refused('slow_down', { interval: 27 }, 200),
      refused('slow_down', { interval: 1 }, 200),
      refused('authorization_pending', { interval: 1 }, 200),
      granted,
    ]);
    const { exitCode, stage } = await played.signIn(...login);
    expect(exitCode).toBe(0);
    expect(stage.polls()).toEqual([5, 10, 27, 32]);
    expect(stage.seconds()).toBe(5 + 10 + 27 + 32 + 32);
  });

  it('renews the token of a GitHub App without a secret', async () => {
    const app = { access_token: 'ghu_0', token_type: 'bearer', scope: '', expires_in: 28800 };
    const played = play(github, codes(page), [
      json({ ...app, refresh_token: 'ghr_0' }),
      json({ ...app, access_token: 'ghu_1', refresh_token: 'ghr_1' }),
    ]);
    expect((await played.signIn(...login)).exitCode).toBe(0);
    expect((await line.run('token', '--refresh')).stdout).toBe('ghu_1\n');
    expect(formOf(lastTo(server, 'POST /github.com/login/oauth/access_token'))).toEqual({
      client_id: clientId,
      grant_type: 'refresh_token',
      refresh_token: 'ghr_0',
    });
  });

  it('uses a secret that is known for nothing but taking the token back', async () => {
    const played = play(github, codes(page), [granted]);
    const secret = 'canary-secret-of-github';
    const env = { ...line.context.env, OAUTH_LOGIN_GITHUB_CLIENT_SECRET: secret };
    const outcome = await line.runIn({ env }, 'setup', 'github', '--client-id', clientId);
    expect(outcome.exitCode).toBe(0);
    expect((await played.signIn('github')).exitCode).toBe(0);
    expectNoSecrets(JSON.stringify(server.requests), [secret]);
    server.on(`DELETE /api.github.com/applications/${clientId}/token`, json({}, 204));
    expect((await line.run('logout', 'github')).exitCode).toBe(0);
    const revocation = lastTo(server, `DELETE /api.github.com/applications/${clientId}/token`);
    expect(revocation.headers.authorization).toBe(basic(clientId, secret));
  });

  it.each([
    ['device_flow_disabled', 400, 'Enable Device Flow'],
    ['Not Found', 404, 'check the client id'],
  ])('tells what to do about %s', async (error, status, hint) => {
    const played = play(github, refused(error, {}, status), [granted]);
    const outcome = await played.signIn(...login, '--json');
    expect(errorOf(outcome)).toMatchObject({ exit_code: 5, hint: expect.stringContaining(hint) });
    expect(played.polls()).toEqual([]);
  });

  it.each([
    ['incorrect_device_code', 'to get a new code'],
    ['access_denied', 'allow the access'],
    ['expired_token', 'to get a new code'],
  ])('ends with %s', async (error, hint) => {
    const played = play(github, codes(page), [refused(error, {}, 200)]);
    const outcome = await played.signIn(...login, '--json');
    expect(errorOf(outcome)).toMatchObject({
      code: `as_${error}`,
      exit_code: 5,
      hint: expect.stringContaining(hint),
    });
  });

  it('guides a newcomer without asking for a secret, and names the switch', async () => {
    play(github, codes(page), [granted]);
    const outcome = await line.runAtTerminal([false, clientId], 'github', '--device');
    expect(outcome.exitCode).toBe(0);
    expect(line.asked.map(({ kind }) => kind)).toEqual(['confirm', 'text']);
    expect(outcome.stderr.replace(/\s+/g, ' ')).toContain('tick "Enable Device Flow"');
  }, 15_000);

  it('works on GitHub Enterprise Server, whose page is its own', async () => {
    const provider = expandProvider(github, { host: 'ghe.example.com' });
    const played = playDeviceGrant(server, line, provider, codes('https://ghe.example.com/login/device'), [
      granted,
    ]);
    serve('https://ghe.example.com/api/v3/user', json(octocat));
    expect((await played.signIn(...login, '--host', 'ghe.example.com')).exitCode).toBe(0);
  });
});

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
    line.close();
    line = openPlayedCommandLine(server, env);
    serveOpenId(google, person);
  });

  it('finds the page under its other name, and proves itself while polling only', async () => {
    const played = play(google, device, [
      refused('authorization_pending', { error_description: 'Precondition Required' }, 428),
      refused('slow_down', { error_description: 'Forbidden' }, 403),
      json({ ...tokens('ya29.0'), refresh_token: '1//0' }),
      json(tokens('ya29.1')),
    ]);
    const { exitCode, stdout, stderr, stage } = await played.signIn(...login);
    expect(stderr).toContain('\nhttps://www.google.com/device\n');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Signed in to Google as .*ada@gmail\.com/);
    expect(played.deviceRequest()).toEqual({ client_id: clientId, scope: 'openid email profile' });
    expect(played.poll()).toEqual({
      client_id: clientId,
      client_secret: secret,
      device_code: deviceCode,
      grant_type: grantType,
    });
    expect(stage.seconds()).toBe(5 + 5 + 10);
    expect((await line.run('token', '--refresh')).stdout).toBe('ya29.1\n');
    expect(formOf(lastTo(server, 'POST /oauth2.googleapis.com/token'))).toEqual({
      client_id: clientId,
      client_secret: secret,
      grant_type: 'refresh_token',
      refresh_token: '1//0',
    });
  });

  it('says which type of client to register when it is another', async () => {
    const type = { error_description: 'Invalid client type.' };
    const played = play(google, refused('invalid_client', type, 401), [json({})]);
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
    await line.runIn(changes, ...login, '--timeout', '1');
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
    serveOpenId(expandProvider(microsoft), { sub: 'AAAA', name: 'Ada Lovelace', email: 'ada@contoso.com' });
  });

  it.each([
    'https://microsoft.com/devicelogin',
    'https://www.microsoft.com/link',
    'https://login.microsoft.com/device',
  ])('signs a public client in with the page %s', async (page) => {
    const played = play(microsoft, codes(page), [
      refused('authorization_pending', { error_codes: [70016] }),
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
    expect(played.poll()).toEqual({
      client_id: clientId,
      device_code: deviceCode,
      grant_type: grantType,
    });
    expect((await line.run('token', '--refresh')).stdout).toBe('at-1\n');
    expect(formOf(lastTo(server, tokenPath))).toEqual({
      client_id: clientId,
      grant_type: 'refresh_token',
      refresh_token: 'rt-0',
    });
  });

  it('names the switch for public clients', async () => {
    const description =
      "AADSTS7000218: The request body must contain: 'client_assertion' or 'client_secret'.";
    const played = play(microsoft, codes('https://microsoft.com/devicelogin'), [
      refused('invalid_client', { error_description: description }, 401),
    ]);
    const outcome = await played.signIn(...login, '--json');
    expect(errorOf(outcome).hint).toContain('Allow public client flows');
  });

  it('ends with the refusal under its own name', async () => {
    const played = play(microsoft, codes('https://microsoft.com/devicelogin'), [
      refused('authorization_declined'),
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
    serveOpenId(provider, person);
    const played = playDeviceGrant(server, line, provider, codes(`https://${host}/oauth/device`), [
      refused('authorization_pending'),
      tokens('at-0', 'rt-0'),
      tokens('at-1', 'rt-1'),
    ]);
    const { exitCode, stdout } = await played.signIn(...login);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('as ada (Ada Lovelace)');
    expect(played.deviceRequest()).toEqual({ client_id: clientId, scope: 'openid profile email' });
    expect(played.poll()).toEqual({
      client_id: clientId,
      device_code: deviceCode,
      grant_type: grantType,
    });
    expect((await line.run('token', '--refresh')).stdout).toBe('at-1\n');
    expect(formOf(lastTo(server, `POST /${host}/oauth/token`))).toEqual({
      client_id: clientId,
      grant_type: 'refresh_token',
      refresh_token: 'rt-0',
    });
  });

  it('says from which release on it works when the server has no such page', async () => {
    const notFound = text('<html><body>404</body></html>', 'text/html', 404);
    const played = playDeviceGrant(server, line, provider, notFound, [tokens('at', 'rt')]);
    expect(errorOf(await played.signIn(...login, '--json'))).toMatchObject({
      code: 'config_no_device_grant',
      exit_code: 3,
      hint: expect.stringContaining('GitLab 17.2'),
    });
  });
});

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
    line.close();
    line = openPlayedCommandLine(server, env);
    serve('https://graph.facebook.com/v24.0/me', json({ id: '10', name: 'Ada Lovelace' }));
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
  }, 15_000);

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
  const device = codes(page, { user_code: 'ABCDEFGH', expires_in: 1800 });
  const tokens = (accessToken: string, refreshToken: string) =>
    json({
      access_token: accessToken,
      refresh_token: refreshToken,
      token_type: 'bearer',
      expires_in: 14124,
      scope: ['user:read:email'],
    });
  const person = { id: '141981764', login: 'twitchdev', display_name: 'TwitchDev', email: 'dev@example.com' };

  beforeEach(() => serve(twitch.profile.url, json({ data: [person] })));

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
    expect(played.poll()).toEqual({
      client_id: clientId,
      device_code: deviceCode,
      grant_type: grantType,
      scopes: 'user:read:email',
    });
    expect(stage.seconds()).toBe(5 + 5 + 10);
    expect(lastTo(server, 'GET /api.twitch.tv/helix/users').headers).toMatchObject({
      'client-id': clientId,
      authorization: 'Bearer at-0',
    });
    expect((await line.run('token', '--refresh')).stdout).toBe('at-1\n');
    expect(formOf(lastTo(server, 'POST /id.twitch.tv/oauth2/token'))).toEqual({
      client_id: clientId,
      grant_type: 'refresh_token',
      refresh_token: 'rt-0',
    });
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

describe('a provider without the device grant', () => {
  it('is refused before anything is asked for, sent or registered', async () => {
    const outcome = await line.runAtTerminal([], 'x', '--device', '--json');
    expect(errorOf(outcome)).toMatchObject({
      code: 'config_no_device_grant',
      message: 'X does not offer the device grant',
      exit_code: 3,
    });
    expect(line.asked).toEqual([]);
    expect(server.requests).toEqual([]);
  });
});

describe('what providers NAME says about --device', () => {
  it.each([
    ['github', 'yes, without a client secret', 'Enable Device Flow'],
    ['google', 'yes, with the client secret', 'TVs and Limited Input devices'],
    ['facebook', 'yes, with the Client token', 'Login from Devices'],
    ['gitlab', 'yes, without a client secret', 'GitLab 17.2'],
    ['microsoft', 'yes, without a client secret', 'Allow public client flows'],
    ['twitch', 'yes, without a client secret', '"Public"'],
  ])('%s: %s', async (name, offered, step) => {
    const { stdout } = await line.run('providers', name);
    expect(stdout).toMatch(new RegExp(`^  device grant +${offered}$`, 'm'));
    expect(stdout.slice(stdout.indexOf('To sign in with --device:'))).toContain(step);
    const document = JSON.parse((await line.run('providers', name, '--json')).stdout);
    expect(document.device.offered).toBe(true);
    expect(document.device.steps.length).toBeGreaterThan(0);
  });

  it('x: not offered', async () => {
    const { stdout } = await line.run('providers', 'x');
    expect(stdout).toMatch(/^ {2}device grant +not offered$/m);
    expect(stdout).not.toContain('--device');
  });

  it('any issuer: nothing that is not known', async () => {
    const { stdout } = await line.run('providers', 'https://sso.example.com', '--json');
    expect(JSON.parse(stdout).device).toEqual({ offered: null, steps: [] });
  });
});
