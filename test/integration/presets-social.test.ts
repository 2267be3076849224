import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { errorOf, type Outcome } from '../support/command-line.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import {
  anyPortOf,
  basic,
  clientId,
  expectedAuthorization,
  expectedExchange,
  expectedRefresh,
  expectToBelongTogether,
  formOf,
  lastTo,
  parametersOf,
  routesOf,
} from '../support/preset-at-the-wire.ts';
import { facebook, x } from '../support/presets.ts';
import { type Play, type PlayedProvider, playProvider } from '../support/quirky-providers.ts';
import { json, text } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';

const clientSecret = 'canary-client-secret-of-a-social-network';

let server: QuirkyServer;
let line: PlayedCommandLine;

beforeEach(async () => {
  server = closeAfterTest(await openQuirkyServer());
});

describe('Facebook', () => {
  const env = { OAUTH_LOGIN_FACEBOOK_CLIENT_ID: clientId, OAUTH_LOGIN_FACEBOOK_CLIENT_SECRET: clientSecret };
  const dialog = '/www.facebook.com/v24.0/dialog/oauth';
  const tokenEndpoint = 'POST /graph.facebook.com/v24.0/oauth/access_token';
  const permissions = '/graph.facebook.com/v24.0/1234567890/permissions';
  const me = {
    id: '1234567890',
    name: 'Fay Book',
    email: 'fay@example.com',
    picture: { data: { url: 'https://platform-lookaside.fbsbx.com/fay.jpg', is_silhouette: false } },
  };
  const proofOf = (token: string | undefined) =>
    createHmac('sha256', clientSecret)
      .update(token ?? '')
      .digest('hex');
  const play = (more: Partial<Play> = {}): PlayedProvider =>
    playProvider(server, facebook, { token: { expires_in: 5_184_000 }, profile: me, ...more });

  beforeEach(() => {
    line = closeAfterTest(openPlayedCommandLine(server, env));
  });

  it('gets exactly the requests it should, and the line says who it is', async () => {
    const played = play({ callback: { granted_scopes: 'public_profile,email', denied_scopes: '' } });
    const { exitCode, stdout } = await line.run('facebook');
    expect(exitCode).toBe(0);
    expect(routesOf(server)).toEqual([`GET ${dialog}`, tokenEndpoint, 'GET /graph.facebook.com/v24.0/me']);
    const authorization = lastTo(server, dialog);
    expect(parametersOf(authorization.query)).toEqual(
      expectedAuthorization({
        redirect_uri: anyPortOf('localhost'),
        scope: 'public_profile,email',
        return_scopes: 'true',
      }),
    );
    const token = lastTo(server, tokenEndpoint);
    expectToBelongTogether(authorization, token);
    expect(formOf(token)).toEqual(expectedExchange(played.codes[0], { client_secret: clientSecret }));
    const profile = lastTo(server, '/graph.facebook.com/v24.0/me');
    expect(parametersOf(profile.query)).toEqual({
      fields: 'id,name,email,picture',
      appsecret_proof: proofOf(played.tokens[0]),
    });
    expect(profile.headers.authorization).toBe(`Bearer ${played.tokens[0]}`);
    expect(stdout).toMatch(
      /^Signed in to Facebook as Fay Book <fay@example\.com>\n {2}stored: .*\n {2}scopes: {2}public_profile email\n {2}valid: {3}for (59|60) days, then sign in again\n$/,
    );
  });

  it('says when the e-mail address was unticked: only the callback tells', async () => {
    const { email: _, ...withoutEmail } = me;
    play({
      profile: withoutEmail,
      callback: { granted_scopes: 'public_profile', denied_scopes: 'email' },
    });
    const { stdout } = await line.run('facebook');
    expect(stdout).toMatch(/^Signed in to Facebook as Fay Book\n/);
    expect(stdout).toContain('\n  scopes:  public_profile\n           requested but not granted: email\n');
  });

  it('may leave out when the token ends', async () => {
    play({ token: {} });
    expect((await line.run('facebook')).stdout).toContain('until it is revoked (no expiry)');
    expect((await line.run('token')).exitCode).toBe(0);
  });

  it('sends an error object, which is an error', async () => {
    const message = 'This authorization code has expired.';
    const error = { message, type: 'OAuthException', code: 100, error_subcode: 36007, fbtrace_id: 'A' };
    play({ tokenResponder: json({ error }, 400) });
    const outcome = await line.run('facebook', '--json');
    expect(outcome.exitCode).toBe(5);
    expect(errorOf(outcome)).toMatchObject({
      code: 'as_invalid_grant',
      message: expect.stringContaining(message),
    });
  });

  describe('when signed in', () => {
    let played: PlayedProvider;
    beforeEach(async () => {
      played = play();
      expect((await line.run('facebook')).exitCode).toBe(0);
    });

    it('answers whoami in the shape of all providers', async () => {
      expect(JSON.parse((await line.run('whoami', '--json')).stdout)).toEqual({
        provider: 'facebook',
        sub: me.id,
        name: me.name,
        email: me.email,
        picture: me.picture.data.url,
        raw: me,
      });
    });

    it('has no refresh token, and says so', async () => {
      expect((await line.run('token')).stdout).toBe(`${played.tokens[0]}\n`);
      expect((await line.run('token', '--refresh')).exitCode).toBe(4);
      expect((await line.run('status')).stdout).toContain('then sign in again');
    });

    it('is revoked by withdrawing the permissions, with the proof', async () => {
      server.on(`DELETE ${permissions}`, json({ success: true }));
      const { exitCode, stdout } = await line.run('logout');
      expect(exitCode).toBe(0);
      expect(stdout).toContain('the tokens were revoked at Facebook and deleted from this machine');
      const request = lastTo(server, `DELETE ${permissions}`);
      expect(parametersOf(request.query)).toEqual({ appsecret_proof: proofOf(played.tokens[0]) });
      expect(request.headers.authorization).toBe(`Bearer ${played.tokens[0]}`);
      expect(request.body).toBe('');
    });

    it.each([
      ['refuses', json({ error: { message: 'no', code: 200 } }, 403), 5],
      ['is down', text('<h1>down</h1>', 'text/html', 503), 7],
    ] as const)(
      'stays when Facebook %s, which is said; --forget forgets it',
      async (_, responder, exitCode) => {
        server.on(`DELETE ${permissions}`, responder);
        const outcome = await line.run('logout');
        expect(outcome.exitCode).toBe(exitCode);
        expect(outcome.stderr).toContain('withdraw the access at https://www.facebook.com/settings');
        expect((await line.run('status')).exitCode).toBe(0);
        expect((await line.run('logout', '--forget')).stdout).toContain(
          'deleted from this machine, but Facebook ',
        );
        expect((await line.run('status')).exitCode).toBe(4);
      },
    );

    it('shows none of its secrets', async () => {
      server.on(`DELETE ${permissions}`, json({ success: true }));
      expect((await line.run('whoami', '--debug')).exitCode).toBe(0);
      expect((await line.run('logout', '--debug')).exitCode).toBe(0);
      expect(line.everythingSaid()).toContain('debug: ');
      expectNoSecrets(line.everythingSaid(), [
        clientSecret,
        ...played.tokens,
        ...played.codes,
        proofOf(played.tokens[0]),
      ]);
    });
  });
});

describe('X', () => {
  const authorize = '/x.com/i/oauth2/authorize';
  const tokenEndpoint = 'POST /api.x.com/2/oauth2/token';
  const revoke = 'POST /api.x.com/2/oauth2/revoke';
  const me = {
    data: {
      id: '2244994945',
      name: 'X Dev',
      username: 'xdev',
      confirmed_email: 'x@example.com',
      profile_image_url: 'https://pbs.twimg.com/profile_images/1/x_normal.jpg',
    },
  };
  const granted = 'users.email users.read tweet.read offline.access';
  const refreshTokens = ['canary-refresh-token-of-x-1', 'canary-refresh-token-of-x-2'] as const;
  const play = (more: Partial<Play> = {}): PlayedProvider =>
    playProvider(server, x, {
      token: { expires_in: 7200, refresh_token: refreshTokens[0], scope: granted },
      profile: me,
      ...more,
    });
  let redirectUri: string;

  beforeEach(async () => {
    redirectUri = `http://127.0.0.1:${await freePort()}/callback`;
    line = closeAfterTest(openPlayedCommandLine(server, { OAUTH_LOGIN_X_CLIENT_ID: clientId }));
  });
  const signIn = (...more: string[]) => line.run('x', '--redirect-uri', redirectUri, ...more);

  it('gets exactly the requests it should, from a public client', async () => {
    const played = play();
    const { exitCode, stdout } = await signIn();
    expect(exitCode).toBe(0);
    expect(routesOf(server)).toEqual([`GET ${authorize}`, tokenEndpoint, 'GET /api.x.com/2/users/me']);
    const authorization = lastTo(server, authorize);
    expect(parametersOf(authorization.query)).toEqual(
      expectedAuthorization({
        redirect_uri: redirectUri,
        scope: 'users.read tweet.read users.email offline.access',
      }),
    );
    const token = lastTo(server, tokenEndpoint);
    expectToBelongTogether(authorization, token);
    expect(formOf(token)).toEqual(expectedExchange(played.codes[0], { redirect_uri: redirectUri }));
    expect(token.headers).not.toHaveProperty('authorization');
    const profile = lastTo(server, '/api.x.com/2/users/me');
    expect(parametersOf(profile.query)).toEqual({ 'user.fields': 'profile_image_url,confirmed_email' });
    expect(profile.headers.authorization).toBe(`Bearer ${played.tokens[0]}`);
    expect(stdout).toContain('Signed in to X as xdev (X Dev) <x@example.com>\n');
    expect(stdout).toContain(`\n  scopes:  ${granted}\n`);
    expect(stdout).toMatch(/\n {2}valid: {3}for (119 minutes|2 hours), then refreshed\n$/);
  });

  it('authenticates a confidential client by Basic, and keeps the secret out of the body', async () => {
    line = closeAfterTest(
      openPlayedCommandLine(server, {
        OAUTH_LOGIN_X_CLIENT_ID: clientId,
        OAUTH_LOGIN_X_CLIENT_SECRET: clientSecret,
      }),
    );
    play();
    await signIn();
    const token = lastTo(server, tokenEndpoint);
    expect(token.headers.authorization).toBe(basic(clientId, clientSecret));
    expect(formOf(token)).not.toHaveProperty('client_secret');
    await line.run('token', '--refresh');
    expect(lastTo(server, tokenEndpoint).headers.authorization).toBe(basic(clientId, clientSecret));
    await line.run('logout');
    expect(lastTo(server, revoke).headers.authorization).toBe(basic(clientId, clientSecret));
  });

  it('has one fixed redirect URI: the one that setup says to register is the one that is sent', async () => {
    play();
    const { redirect_uri } = JSON.parse((await line.run('providers', 'x', '--json')).stdout);
    expect(redirect_uri).toBe('http://127.0.0.1:8923/callback');
    expect((await unlessPortBusy(() => line.run('x'))).exitCode).toBe(0);
    expect(lastTo(server, authorize).query.get('redirect_uri')).toBe(redirect_uri);
  });

  it('is not tried on another port when the registered one is taken', async () => {
    play();
    const occupied = createServer().listen(Number(new URL(redirectUri).port), '127.0.0.1');
    await once(occupied, 'listening');
    const outcome = await signIn('--json');
    occupied.close();
    expect(outcome.exitCode).toBe(7);
    expect(errorOf(outcome).code).toBe('network_port_in_use');
    expect(server.requests).toEqual([]);
  });

  it('gets the code back at once, since it lives 30 seconds: every question comes before the browser', async () => {
    line = closeAfterTest(openPlayedCommandLine(server, { OAUTH_LOGIN_STORE: '' }));
    play();
    const answers = ['file', false, 'typed.client.id', ''];
    const { exitCode, stderr } = await line.runAtTerminal(answers, 'x', '--redirect-uri', redirectUri);
    expect(exitCode, stderr).toBe(0);
    expect(line.asked.map(({ kind }) => kind)).toEqual(['choose', 'confirm', 'text', 'secret']);
    expect(line.asked.map(({ requestsBefore }) => requestsBefore)).toEqual([0, 0, 0, 0]);
    expect(server.requests.map(({ path }) => path)).toEqual([
      authorize,
      '/api.x.com/2/oauth2/token',
      '/api.x.com/2/users/me',
    ]);
  });

  it('can refuse the profile for want of credits, which is said, and the sign-in is kept', async () => {
    play();
    server.on('/api.x.com/2/users/me', json({ title: 'CreditsDepleted' }, 402));
    const { exitCode, stdout, stderr } = await signIn('--json');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('refused to show the profile (status 402)');
    expect(JSON.parse(stdout).profile).toBeNull();
    expect((await line.run('token', 'x')).exitCode).toBe(0);
  });

  describe('when signed in', () => {
    let played: PlayedProvider;
    beforeEach(async () => {
      played = play();
      expect((await signIn()).exitCode).toBe(0);
    });

    it('answers whoami in the shape of all providers', async () => {
      expect(JSON.parse((await line.run('whoami', '--json')).stdout)).toEqual({
        provider: 'x',
        sub: '2244994945',
        preferred_username: 'xdev',
        name: 'X Dev',
        email: 'x@example.com',
        email_verified: true,
        picture: me.data.profile_image_url,
        profile: 'https://x.com/xdev',
        raw: me,
      });
    });

    it('is refreshed with the token that the last refresh brought', async () => {
      play({ token: { expires_in: 7200, refresh_token: refreshTokens[1], scope: granted } });
      expect((await line.run('token', '--refresh')).exitCode).toBe(0);
      expect(formOf(lastTo(server, tokenEndpoint))).toEqual(expectedRefresh(refreshTokens[0]));
      await line.run('token', '--refresh');
      expect(formOf(lastTo(server, tokenEndpoint)).refresh_token).toBe(refreshTokens[1]);
    });

    it('is revoked, the refresh token first', async () => {
      const { exitCode, stdout } = await line.run('logout');
      expect(exitCode).toBe(0);
      expect(stdout).toContain('the tokens were revoked at X and deleted from this machine');
      expect(server.requestsTo(revoke).map(formOf)).toEqual([
        { token: refreshTokens[0], token_type_hint: 'refresh_token', client_id: clientId },
        { token: played.tokens[0], token_type_hint: 'access_token', client_id: clientId },
      ]);
    });

    it.each([
      ['refuses', json({ error: 'invalid_request' }, 403), 5],
      ['is down', text('down', 'text/plain', 503), 7],
    ] as const)('stays when X %s, which is said; --forget forgets it', async (_, responder, exitCode) => {
      server.on('/api.x.com/2/oauth2/revoke', responder);
      const outcome = await line.run('logout');
      expect(outcome.exitCode).toBe(exitCode);
      expect(outcome.stderr).toContain('withdraw the access at https://x.com/settings/connected_apps): ');
      expect((await line.run('status')).exitCode).toBe(0);
      expect((await line.run('logout', '--forget')).stdout).toContain('deleted from this machine, but X ');
      expect((await line.run('status')).exitCode).toBe(4);
    });
  });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : expect.unreachable();
}

/** The port is the same on every machine, and another run of these tests may hold it for a moment. */
async function unlessPortBusy(run: () => Promise<Outcome>): Promise<Outcome> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const outcome = await run();
    if (outcome.exitCode !== 7) {
      return outcome;
    }
    await sleep(250);
  }
  return run();
}
