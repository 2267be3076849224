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
  refusal,
} from '../support/device-presets.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import { basic, clientId, expectedRefresh, formOf, lastTo } from '../support/preset-at-the-wire.ts';
import { github } from '../support/presets.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';

let server: QuirkyServer;
let line: PlayedCommandLine;

beforeEach(async () => {
  server = closeAfterTest(await openQuirkyServer());
  line = closeAfterTest(openPlayedCommandLine(server));
});

const play = (...grant: DevicePlay) => playDeviceGrant(server, line, ...grant);

describe('--device at GitHub', () => {
  const octocat = { id: 583231, login: 'octocat', name: 'The Octocat', email: 'octocat@github.com' };
  const page = 'https://github.com/login/device';
  const granted = json({ access_token: 'gho_canary0', token_type: 'bearer', scope: 'read:user,user:email' });
  const login = ['github', '--client-id', clientId];

  beforeEach(() => server.at('https://api.github.com/user', json(octocat)));

  it('needs no secret, and takes errors with status 200', async () => {
    const pending = refusal('authorization_pending', {}, 200);
    const played = play(github, deviceCodes(page), [pending, pending, granted]);
    const { exitCode, stdout, stderr, stage } = await played.signIn(...login);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Signed in to GitHub as octocat \(The Octocat\)/);
    expect(played.deviceRequest()).toEqual({ client_id: clientId, scope: 'read:user user:email' });
    expect(played.poll()).toEqual(expectedPoll());
    expect(lastTo(server, 'POST /github.com/login/oauth/access_token').headers.accept).toBe(
      'application/json',
    );
    expect(stage.polls()).toEqual([5, 5]);
    expect(stderr).toContain(`\n${page}\n`);
    expectNoSecrets(stderr + line.everythingSaid(), [deviceCode, 'gho_canary0']);
  });

  it('takes the larger one of five seconds more and of what the server says', async () => {
    const played = play(github, deviceCodes(page), [
      refusal('slow_down', { interval: 10 }, 200),
      refusal('slow_down', { interval: 27 }, 200),
      refusal('slow_down', { interval: 1 }, 200),
      refusal('authorization_pending', { interval: 1 }, 200),
      granted,
    ]);
    const { exitCode, stage } = await played.signIn(...login);
    expect(exitCode).toBe(0);
    expect(stage.polls()).toEqual([5, 10, 27, 32]);
    expect(stage.seconds()).toBe(5 + 10 + 27 + 32 + 32);
  });

  it('renews the token of a GitHub App without a secret', async () => {
    const app = { access_token: 'ghu_0', token_type: 'bearer', scope: '', expires_in: 28800 };
    const played = play(github, deviceCodes(page), [
      json({ ...app, refresh_token: 'ghr_0' }),
      json({ ...app, access_token: 'ghu_1', refresh_token: 'ghr_1' }),
    ]);
    expect((await played.signIn(...login)).exitCode).toBe(0);
    expect((await line.run('token', '--refresh')).stdout).toBe('ghu_1\n');
    expect(formOf(lastTo(server, 'POST /github.com/login/oauth/access_token'))).toEqual(
      expectedRefresh('ghr_0'),
    );
  });

  it('uses a secret that is known for nothing but taking the token back', async () => {
    const played = play(github, deviceCodes(page), [granted]);
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
    ['Not Found', 404, 'check the client ID'],
  ])('tells what to do about %s', async (error, status, hint) => {
    const played = play(github, refusal(error, {}, status), [granted]);
    const outcome = await played.signIn(...login, '--json');
    expect(errorOf(outcome)).toMatchObject({ exit_code: 5, hint: expect.stringContaining(hint) });
    expect(played.polls()).toEqual([]);
  });

  it.each([
    ['incorrect_device_code', 'to get a new code'],
    ['access_denied', 'allow the access'],
    ['expired_token', 'to get a new code'],
  ])('ends with %s', async (error, hint) => {
    const played = play(github, deviceCodes(page), [refusal(error, {}, 200)]);
    const outcome = await played.signIn(...login, '--json');
    expect(errorOf(outcome)).toMatchObject({
      code: `as_${error}`,
      exit_code: 5,
      hint: expect.stringContaining(hint),
    });
  });

  it('guides a newcomer without asking for a secret, and names the switch', async () => {
    play(github, deviceCodes(page), [granted]);
    const outcome = await line.runAtTerminal([false, clientId], 'github', '--device');
    expect(outcome.exitCode).toBe(0);
    expect(line.asked.map(({ kind }) => kind)).toEqual(['confirm', 'text']);
    expect(outcome.stderr.replace(/\s+/g, ' ')).toContain('tick "Enable Device Flow"');
  });

  it('works on GitHub Enterprise Server, whose page is its own', async () => {
    const page = 'https://ghe.example.com/login/device';
    const played = play(github, deviceCodes(page), [granted], { host: 'ghe.example.com' });
    server.at('https://ghe.example.com/api/v3/user', json(octocat));
    expect((await played.signIn(...login, '--host', 'ghe.example.com')).exitCode).toBe(0);
  });
});
