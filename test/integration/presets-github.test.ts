import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/host/clock.ts';
import { expandProvider } from '../../src/providers/expand.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { errorOf } from '../support/command-line.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import {
  anyPortOf,
  basic,
  clientId,
  expectedAuthorization,
  expectedExchange,
  expectToBelongTogether,
  formOf,
  lastTo,
  parametersOf,
  routesOf,
} from '../support/preset-at-the-wire.ts';
import { github } from '../support/presets.ts';
import { type Play, type PlayedProvider, playProvider } from '../support/quirky-providers.ts';
import { badGateway, form, json, text } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';

const clientSecret = 'canary-client-secret-of-github';
const env = { OAUTH_LOGIN_GITHUB_CLIENT_ID: clientId, OAUTH_LOGIN_GITHUB_CLIENT_SECRET: clientSecret };
const octocat = {
  id: 583231,
  login: 'octocat',
  name: 'The Octocat',
  email: null,
  avatar_url: 'https://avatars.githubusercontent.com/u/583231?v=4',
  html_url: 'https://github.com/octocat',
};
const emails = [
  { email: 'other@example.com', primary: false, verified: true },
  { email: 'octocat@github.com', primary: true, verified: true },
];

let server: QuirkyServer;
let line: PlayedCommandLine;

beforeEach(async () => {
  server = closeAfterTest(await openQuirkyServer());
  line = closeAfterTest(openPlayedCommandLine(server, env));
});

function play(more: Partial<Play> = {}, host?: string): PlayedProvider {
  const provider = expandProvider(github, host === undefined ? {} : { host });
  const api = host === undefined ? 'https://api.github.com' : `https://${host}/api/v3`;
  const played = playProvider(server, provider, {
    profile: octocat,
    token: { scope: 'read:user,user:email' },
    ...more,
  });
  server.at(`${api}/user/emails`, json(emails));
  return played;
}

describe('signing in to GitHub', () => {
  it('sends exactly the requests it should, and says who it is', async () => {
    const played = play();
    const { exitCode, stdout } = await line.run('github');
    expect(exitCode).toBe(0);
    expect(routesOf(server)).toEqual([
      'GET /github.com/login/oauth/authorize',
      'POST /github.com/login/oauth/access_token',
      'GET /api.github.com/user',
      'GET /api.github.com/user/emails',
    ]);
    const authorization = lastTo(server, '/github.com/login/oauth/authorize');
    expect(parametersOf(authorization.query)).toEqual(
      expectedAuthorization({
        redirect_uri: anyPortOf('127.0.0.1'),
        scope: 'read:user user:email',
      }),
    );
    expect(authorization.target).toContain('scope=read%3Auser%20user%3Aemail');
    const token = lastTo(server, 'POST /github.com/login/oauth/access_token');
    expectToBelongTogether(authorization, token);
    expect(formOf(token)).toEqual(expectedExchange(played.codes[0], { client_secret: clientSecret }));
    expect(token.headers).toMatchObject({ accept: 'application/json' });
    expect(token.headers).not.toHaveProperty('authorization');
    for (const path of ['/api.github.com/user', '/api.github.com/user/emails']) {
      expect(lastTo(server, path).target).toBe(path);
      expect(lastTo(server, path).headers).toMatchObject({
        authorization: `Bearer ${played.tokens[0]}`,
        accept: 'application/vnd.github+json',
      });
    }
    expect(stdout).toBe(
      [
        'Signed in to GitHub as octocat (The Octocat) <octocat@github.com>',
        '  stored:  encrypted, but the key is in a file beside it: only file permissions protect it',
        '  scopes:  read:user user:email',
        '  valid:   until it is revoked (no expiry)',
        '',
      ].join('\n'),
    );
  });

  it('passes allow_signup on, and asks for no refresh token, which GitHub does not have', async () => {
    play();
    await line.run('github', '--param', 'allow_signup=false', '--login-hint', 'octocat');
    expect(
      Object.keys(parametersOf(lastTo(server, '/github.com/login/oauth/authorize').query)).sort(),
    ).toEqual([
      'allow_signup',
      'client_id',
      'code_challenge',
      'code_challenge_method',
      'login_hint',
      'redirect_uri',
      'response_type',
      'scope',
      'state',
    ]);
    expect(lastTo(server, '/github.com/login/oauth/authorize').query.get('allow_signup')).toBe('false');
  });

  it('says what was asked for and not granted, and takes a wider scope for the narrower one', async () => {
    play({ token: { scope: 'repo,user' } });
    const { stdout } = await line.run('github', '--scope', 'user,repo,public_repo,gist');
    expect(stdout).toContain('\n  scopes:  repo user\n');
    expect(stdout).toContain('\n           requested but not granted: gist\n');
    expect(JSON.parse((await line.run('github', '--json', '--scope', 'gist,user')).stdout)).toMatchObject({
      missing_scopes: ['gist'],
    });
  });

  it('does without an e-mail address that is not primary and verified', async () => {
    play();
    server.on('/api.github.com/user/emails', json([{ ...emails[1], verified: false }, emails[0]]));
    expect((await line.run('github')).stdout).toMatch(/^Signed in to GitHub as octocat \(The Octocat\)\n/);
  });

  it('signs in when the list of addresses is refused', async () => {
    play();
    server.on('/api.github.com/user/emails', json({ message: 'Not Found' }, 404));
    expect((await line.run('github')).stdout).toMatch(/^Signed in to GitHub as octocat \(The Octocat\)\n/);
  });

  it('takes the form-encoded reply', async () => {
    play({
      tokenResponder: form({ access_token: 'gho_formEncoded', scope: 'read:user', token_type: 'bearer' }),
    });
    expect((await line.run('github')).stdout).toContain('requested but not granted: user:email');
    expect((await line.run('token')).stdout).toBe('gho_formEncoded\n');
  });

  it.each(['json', 'form'] as const)(
    'takes the error that comes with status 200 (%s) for an error',
    async (kind) => {
      const error = {
        error: 'bad_verification_code',
        error_description: 'The code passed is incorrect or expired.',
        error_uri: 'https://docs.github.com/',
      };
      play({ tokenResponder: kind === 'json' ? json(error) : form(error) });
      const outcome = await line.run('github', '--json');
      expect(outcome.exitCode).toBe(5);
      expect(outcome.stdout).toBe('');
      expect(errorOf(outcome)).toMatchObject({
        code: 'as_bad_verification_code',
        message: expect.stringContaining('The code passed is incorrect or expired.'),
        hint: expect.stringMatching(/^sign in again/),
      });
      expect((await line.run('status')).exitCode).toBe(4);
    },
  );

  it('names the client secret when that is wrong', async () => {
    play({ tokenResponder: json({ error: 'incorrect_client_credentials' }) });
    const outcome = await line.run('github', '--json');
    expect(outcome.exitCode).toBe(5);
    expect(errorOf(outcome)).toMatchObject({
      code: 'as_incorrect_client_credentials',
      hint: expect.stringContaining('oauth-login setup'),
    });
  });
});

describe('the stored sign-in to GitHub', () => {
  let played: PlayedProvider;
  beforeEach(async () => {
    played = play();
    expect((await line.run('github')).exitCode).toBe(0);
  });

  it('answers whoami in the shape of all providers', async () => {
    expect(JSON.parse((await line.run('whoami', '--json')).stdout)).toEqual({
      provider: 'github',
      sub: '583231',
      preferred_username: 'octocat',
      name: 'The Octocat',
      email: 'octocat@github.com',
      email_verified: true,
      picture: octocat.avatar_url,
      profile: octocat.html_url,
      raw: octocat,
    });
  });

  it('prints the token, cannot refresh it, and says so', async () => {
    expect((await line.run('token', 'github')).stdout).toBe(`${played.tokens[0]}\n`);
    const { exitCode, stderr } = await line.run('token', '--refresh');
    expect(exitCode).toBe(4);
    expect(stderr).toContain('there is no refresh token to renew it with');
    expect((await line.run('status')).stdout).toContain('until it is revoked (no expiry)');
  });

  it('says of a revoked token what GitHub says of it', async () => {
    server.on('/api.github.com/user', json({ message: 'Bad credentials' }, 401));
    const { exitCode, stderr } = await line.run('whoami');
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(
      /does not accept the access token, saying "Bad credentials"[\s\S]*sign in again with: oauth-login github\n/,
    );
  });

  it('is revoked in GitHub’s own way', async () => {
    server.on(`DELETE /api.github.com/applications/${clientId}/token`, (_, response) => {
      response.writeHead(204).end();
    });
    const { exitCode, stdout } = await line.run('logout');
    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      'Signed out octocat (The Octocat) <octocat@github.com> at GitHub: the tokens were revoked at GitHub and deleted from this machine.\n',
    );
    const request = lastTo(server, `DELETE /api.github.com/applications/${clientId}/token`);
    expect(request.headers).toMatchObject({
      authorization: basic(clientId, clientSecret),
      accept: 'application/json',
      'content-type': 'application/json',
    });
    expect(JSON.parse(request.body)).toEqual({ access_token: played.tokens[0] });
    expect((await line.run('token')).exitCode).toBe(4);
  });

  it.each([404, 422])('counts as revoked when GitHub knows the token no more (%d)', async (status) => {
    server.on(`/api.github.com/applications/${clientId}/token`, json({ message: 'no' }, status));
    expect((await line.run('logout')).exitCode).toBe(0);
  });

  it.each([
    ['refuses', 403, json({ message: 'Forbidden' }, 403), 5],
    ['is down', 503, text('<h1>down</h1>', 'text/html', 503), 7],
    ['is behind a broken proxy', 502, badGateway(), 7],
  ] as const)(
    'stays when GitHub %s, which is said (%d); --forget forgets it',
    async (_, __, responder, exitCode) => {
      server.on(`/api.github.com/applications/${clientId}/token`, responder);
      const outcome = await line.run('logout');
      expect(outcome.exitCode).toBe(exitCode);
      expect(outcome.stdout).toBe('');
      expect(outcome.stderr).toMatch(
        /withdraw the access at https:\/\/github\.com\/settings\/\S+\): oauth-login logout --forget\n$/,
      );
      expect((await line.run('status')).exitCode).toBe(0);
      expect((await line.run('logout', '--forget')).stdout).toMatch(
        /deleted from this machine, but GitHub .+, so they may stay valid until you revoke them at GitHub; withdraw the access at https:\/\/github\.com\/settings\//,
      );
      expect((await line.run('status')).exitCode).toBe(4);
    },
  );

  it('shows none of its secrets, and keeps none in the clear', async () => {
    expect((await line.run('whoami', '--debug')).exitCode).toBe(0);
    await line.run('status');
    expectNoSecrets({ directory: line.directory }, [clientSecret, ...played.tokens, ...played.codes]);
    expect((await line.run('logout', '--debug')).exitCode).toBe(0);
    expect(line.everythingSaid()).toContain('debug: ');
    expectNoSecrets(line.everythingSaid(), [clientSecret, ...played.tokens, ...played.codes]);
  });
});

describe('GitHub Enterprise Server', () => {
  const host = 'github.example.com';
  const hosted = {
    OAUTH_LOGIN_GITHUB_EXAMPLE_COM_CLIENT_ID: clientId,
    OAUTH_LOGIN_GITHUB_EXAMPLE_COM_CLIENT_SECRET: clientSecret,
  };

  it('is spoken to at its own addresses only, from the sign-in to the logout', async () => {
    line = closeAfterTest(openPlayedCommandLine(server, hosted));
    const played = play({}, host);
    const { exitCode, stdout } = await line.run('github', '--host', host);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Signed in to GitHub \(github\.example\.com\) as octocat /);
    expect(formOf(lastTo(server, `POST /${host}/login/oauth/access_token`))).toMatchObject({
      client_secret: clientSecret,
    });
    expect(JSON.parse((await line.run('whoami', '--json')).stdout)).toMatchObject({
      provider: host,
      preferred_username: 'octocat',
      email: 'octocat@github.com',
    });
    expect((await line.run('whoami', 'github', '--host', host)).exitCode).toBe(0);
    expect((await line.run('whoami', 'github')).exitCode).toBe(4);
    server.on(`/${host}/api/v3/applications/${clientId}/token`, (_, response) => {
      response.writeHead(204).end();
    });
    expect((await line.run('logout')).stdout).toMatch(
      /revoked at GitHub \(github\.example\.com\) and deleted from this machine/,
    );
    expect(JSON.parse(lastTo(server, `DELETE /${host}/api/v3/applications/${clientId}/token`).body)).toEqual({
      access_token: played.tokens[0],
    });
    expect(server.requests.filter(({ path }) => !path.startsWith(`/${host}/`))).toEqual([]);
  });

  it('needs a client of its own: the one for github.com is not used', async () => {
    play({}, host);
    const { exitCode, stderr } = await line.run('github', '--host', host);
    expect(exitCode).toBe(3);
    expect(stderr).toContain(
      `https://${host}/settings/applications/new with the redirect URI http://127.0.0.1/callback`,
    );
    expect(stderr).toContain('OAUTH_LOGIN_GITHUB_EXAMPLE_COM_CLIENT_ID');
    expect(stderr).toContain(`oauth-login setup github --host ${host} in a terminal`);
    // Whether anything answers there, before somebody is sent to register a client.
    expect(routesOf(server)).toEqual([`GET /${host}/`]);
    expectNoSecrets(JSON.stringify(server.requests), [clientSecret]);
  });
});

const hoursLater = (hours: number) => ({
  ...systemClock,
  now: () => new Date(Date.now() + hours * 3_600_000),
});

describe('GitHub with tokens that expire', () => {
  const expiring = (access: string, refresh: string) => ({
    access_token: access,
    token_type: 'bearer',
    scope: 'read:user,user:email',
    expires_in: '28800',
    refresh_token: refresh,
    refresh_token_expires_in: '15897600',
  });
  const first = expiring('ghu_canary-access-1', 'ghr_canary-refresh-1');
  const second = expiring('ghu_canary-access-2', 'ghr_canary-refresh-2');
  const token = 'POST /github.com/login/oauth/access_token';

  it('asks for them with --short-lived, and says nothing of a scope that was not granted', async () => {
    play({ tokenResponder: form(first) });
    const { exitCode, stdout, stderr } = await line.run('github', '--short-lived');
    expect(exitCode, stderr).toBe(0);
    const { query } = lastTo(server, '/github.com/login/oauth/authorize');
    expect(query.get('scope')).toBe('read:user user:email offline_access');
    expect(stdout).not.toMatch(/offline_access|not granted/);
    // Six months are no end to be told of.
    expect(stderr).not.toContain('ends this sign-in');
  });

  it.each([
    ['asked for', ['--short-lived'], form(first), form(second)],
    [
      'a setting of the app, in JSON',
      [],
      json({ ...first, expires_in: 28800 }),
      json({ ...second, expires_in: 28800 }),
    ],
  ])('refreshes them and keeps each new refresh token (%s)', async (_what, flags, reply, renewed) => {
    play({ tokenResponder: reply });
    expect(await line.run('github', ...flags)).toMatchObject({ exitCode: 0 });
    server.on(token, renewed);
    for (const [index, spent] of ['ghr_canary-refresh-1', 'ghr_canary-refresh-2'].entries()) {
      const clock = hoursLater(9 * (index + 1));
      const outcome = await line.runIn({ clock }, 'token', 'github');
      expect(formOf(lastTo(server, token))).toMatchObject({
        grant_type: 'refresh_token',
        refresh_token: spent,
        client_secret: clientSecret,
      });
      expect(outcome.stdout).toBe('ghu_canary-access-2\n');
    }
  });

  it('asks for none without --short-lived', async () => {
    play();
    await line.run('github');
    expect(lastTo(server, '/github.com/login/oauth/authorize').query.get('scope')).toBe(
      'read:user user:email',
    );
  });

  it('says why the refresh token may have ended', async () => {
    play({ tokenResponder: form(first) });
    await line.run('github', '--short-lived');
    server.on(token, form({ error: 'bad_refresh_token', error_description: 'The refresh token is wrong.' }));
    const error = errorOf(await line.runIn({ clock: hoursLater(9) }, 'token', 'github', '--json'));
    expect(error).toMatchObject({ code: 'refresh_rejected', exit_code: 4 });
    expect(error.message).toContain('(bad_refresh_token): it expires after six months without use');
  });

  it('is refused where nothing asks for such tokens', async () => {
    const error = errorOf(await line.run('gitlab', '--short-lived', '--client-id', 'x', '--json'));
    expect(error).toMatchObject({ code: 'usage_conflict', exit_code: 2 });
  });
});
