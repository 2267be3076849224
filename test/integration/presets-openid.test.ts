import { beforeEach, describe, expect, it } from 'vitest';
import { expandProvider } from '../../src/providers/expand.ts';
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
import { gitlab, microsoft } from '../support/presets.ts';
import { type Play, type PlayedProvider, playProvider } from '../support/quirky-providers.ts';
import { json, text } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';

const clientSecret = 'canary-client-secret-of-an-issuer';

let server: QuirkyServer;
let line: PlayedCommandLine;

beforeEach(async () => {
  server = closeAfterTest(await openQuirkyServer());
});

describe.each([
  ['gitlab.com', [] as string[], 'GITLAB', 'GitLab', 'gitlab'],
  [
    'git.example.com',
    ['--host', 'git.example.com'],
    'GIT_EXAMPLE_COM',
    'GitLab (git.example.com)',
    'git.example.com',
  ],
])('GitLab at %s', (host, flags, variable, label, name) => {
  const me = {
    sub: '42',
    nickname: 'lab',
    name: 'Gil Lab',
    email: 'gil@example.com',
    email_verified: true,
    profile: `https://${host}/lab`,
    picture: `https://${host}/uploads/lab.png`,
    groups: ['a'],
  };
  const refreshTokens = ['canary-refresh-token-of-gitlab-1', 'canary-refresh-token-of-gitlab-2'] as const;
  const play = (more: Partial<Play> = {}): PlayedProvider =>
    playProvider(server, expandProvider(gitlab, { host }), {
      token: {
        expires_in: 7200,
        refresh_token: refreshTokens[0],
        created_at: 1,
        scope: 'openid profile email',
      },
      idToken: { sub: '42' },
      profile: me,
      ...more,
    });
  const revoke = `POST /${host}/oauth/revoke`;
  const tokenEndpoint = `POST /${host}/oauth/token`;

  beforeEach(() => {
    line = closeAfterTest(openPlayedCommandLine(server, { [`OAUTH_LOGIN_${variable}_CLIENT_ID`]: clientId }));
  });

  it('gets exactly the requests it should, from a public client', async () => {
    const played = play();
    const { exitCode, stdout } = await line.run('gitlab', ...flags);
    expect(exitCode).toBe(0);
    expect(routesOf(server)).toEqual([
      `GET /${host}/oauth/authorize`,
      tokenEndpoint,
      `GET /${host}/oauth/discovery/keys`,
      `GET /${host}/oauth/userinfo`,
    ]);
    const authorization = lastTo(server, `/${host}/oauth/authorize`);
    expect(parametersOf(authorization.query)).toEqual(
      expectedAuthorization({
        redirect_uri: anyPortOf('127.0.0.1'),
        scope: 'openid profile email',
        nonce: fresh,
      }),
    );
    const token = lastTo(server, tokenEndpoint);
    expectToBelongTogether(authorization, token);
    expect(formOf(token)).toEqual(expectedExchange(played.codes[0]));
    expect(stdout).toContain(`Signed in to ${label} as lab (Gil Lab) <gil@example.com>\n`);
    expect(stdout).toContain('\n  scopes:  openid profile email\n');
    expect(stdout).not.toContain('not granted');
  });

  it('answers whoami in the shape of all providers', async () => {
    play();
    await line.run('gitlab', ...flags);
    const { nickname, groups: _, ...claims } = me;
    expect(JSON.parse((await line.run('whoami', '--json')).stdout)).toEqual({
      provider: name,
      ...claims,
      preferred_username: nickname,
      raw: me,
    });
  });

  it('gets its redirect URI again with the refresh, and the newest refresh token', async () => {
    play();
    await line.run('gitlab', ...flags);
    const redirectUri = lastTo(server, `/${host}/oauth/authorize`).query.get('redirect_uri');
    play({ token: { expires_in: 7200, refresh_token: refreshTokens[1] } });
    await line.run('token', '--refresh');
    expect(formOf(lastTo(server, tokenEndpoint))).toEqual(
      expectedRefresh(refreshTokens[0], { redirect_uri: redirectUri }),
    );
    expect((await line.run('token', '--refresh')).exitCode).toBe(0);
    expect(formOf(lastTo(server, tokenEndpoint)).refresh_token).toBe(refreshTokens[1]);
    expect((await line.run('status')).stdout).toContain('scopes:    openid profile email');
  });

  it('takes the secret of a confidential client in the body', async () => {
    line = closeAfterTest(
      openPlayedCommandLine(server, {
        [`OAUTH_LOGIN_${variable}_CLIENT_ID`]: clientId,
        [`OAUTH_LOGIN_${variable}_CLIENT_SECRET`]: clientSecret,
      }),
    );
    play();
    await line.run('gitlab', ...flags);
    expect(formOf(lastTo(server, tokenEndpoint))).toMatchObject({
      client_id: clientId,
      client_secret: clientSecret,
    });
    expect(lastTo(server, tokenEndpoint).headers).not.toHaveProperty('authorization');
  });

  it('is revoked, the refresh token first', async () => {
    const played = play();
    await line.run('gitlab', ...flags);
    const { exitCode, stdout } = await line.run('logout');
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`the tokens were revoked at ${label} and deleted from this machine`);
    expect(server.requestsTo(revoke).map(formOf)).toEqual([
      { token: refreshTokens[0], token_type_hint: 'refresh_token', client_id: clientId },
      { token: played.tokens[0], token_type_hint: 'access_token', client_id: clientId },
    ]);
  });

  it.each([
    ['refuses', json({ error: 'unauthorized_client' }, 403), 5],
    ['is down', text('down', 'text/plain', 503), 7],
  ] as const)('stays when GitLab %s, which is said; --forget forgets it', async (_, responder, exitCode) => {
    play();
    await line.run('gitlab', ...flags);
    server.on(`/${host}/oauth/revoke`, responder);
    const outcome = await line.run('logout');
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.stdout).toBe('');
    expect(outcome.stderr).toContain(`https://${host}/-/user_settings/applications): `);
    expect((await line.run('status')).exitCode).toBe(0);
    expect((await line.run('logout', '--forget')).stdout).toContain(
      `deleted from this machine, but ${label} `,
    );
    expect((await line.run('status')).exitCode).toBe(4);
  });
});

describe('Microsoft', () => {
  const personal = '9188040d-6c67-4c5b-b112-36a304b66dad';
  const other = '72f988bf-86f1-41af-91ab-2d7cd011db47';
  const me = { sub: 'm1', name: 'Mic Rosoft', email: 'mic@contoso.example', email_verified: true };
  const refreshToken = 'canary-refresh-token-of-microsoft';
  const issuerOf = (tenant: string) => `https://login.microsoftonline.com/${tenant}/v2.0`;
  const play = (tenant = 'common', more: Partial<Play> = {}): PlayedProvider =>
    playProvider(server, expandProvider(microsoft, { tenant }), {
      token: {
        expires_in: 3600,
        ext_expires_in: 3600,
        refresh_token: refreshToken,
        scope: 'openid profile email',
      },
      idToken: {
        sub: 'm1',
        tid: personal,
        iss: issuerOf(personal),
        preferred_username: 'mic@contoso.example',
      },
      profile: me,
      ...more,
    });
  const at = (tenant: string, path: string) => `/login.microsoftonline.com/${tenant}/oauth2/v2.0/${path}`;

  beforeEach(() => {
    line = closeAfterTest(openPlayedCommandLine(server, { OAUTH_LOGIN_MICROSOFT_CLIENT_ID: clientId }));
  });

  it.each(['common', 'organizations', 'contoso.example', personal])(
    'gets exactly the requests it should (tenant %s)',
    async (tenant) => {
      const played = play(tenant);
      const { exitCode, stdout } = await line.run(
        'microsoft',
        ...(tenant === 'common' ? [] : ['--tenant', tenant]),
      );
      expect(exitCode).toBe(0);
      expect(routesOf(server)).toEqual([
        `GET ${at(tenant, 'authorize')}`,
        `POST ${at(tenant, 'token')}`,
        `GET /login.microsoftonline.com/${tenant}/discovery/v2.0/keys`,
        'GET /graph.microsoft.com/oidc/userinfo',
      ]);
      const authorization = lastTo(server, at(tenant, 'authorize'));
      expect(parametersOf(authorization.query)).toEqual(
        expectedAuthorization({
          redirect_uri: anyPortOf('localhost'),
          scope: 'openid profile email offline_access',
          nonce: fresh,
        }),
      );
      const token = lastTo(server, at(tenant, 'token'));
      expectToBelongTogether(authorization, token);
      expect(formOf(token)).toEqual(expectedExchange(played.codes[0]));
      expect(token.headers).not.toHaveProperty('origin');
      expect(stdout).toMatch(
        /^Signed in to Microsoft as mic@contoso\.example \(Mic Rosoft\) <mic@contoso\.example>\n/,
      );
      expect(stdout).not.toContain('not granted');
    },
  );

  it('does not take a person of another tenant when one tenant was named', async () => {
    play(personal, { idToken: { sub: 'm1', tid: other, iss: issuerOf(other) } });
    const outcome = await line.run('microsoft', '--tenant', personal, '--json');
    expect(outcome.exitCode).toBe(6);
    expect(errorOf(outcome).code).toBe('protocol_invalid_id_token');
  });

  it('does not take an issuer that is not the tenant of the token', async () => {
    play('common', { idToken: { sub: 'm1', tid: personal, iss: issuerOf(other) } });
    expect((await line.run('microsoft')).exitCode).toBe(6);
  });

  it('answers whoami with the user name of the ID Token, and claims no verified address', async () => {
    play();
    await line.run('microsoft');
    const expected = {
      provider: 'microsoft',
      sub: 'm1',
      preferred_username: 'mic@contoso.example',
      name: me.name,
      email: me.email,
      raw: me,
    };
    expect(JSON.parse((await line.run('whoami', '--json')).stdout)).toEqual(expected);
    const stored = JSON.parse((await line.run('whoami', '--json', '--offline')).stdout);
    expect(stored).toEqual({ ...expected, checked: true });
    expect((await line.run('token', '--account', 'mic@contoso.example')).exitCode).toBe(0);
  });

  it('is refreshed in the tenant it was signed in at', async () => {
    play('contoso.example');
    await line.run('microsoft', '--tenant', 'contoso.example');
    expect((await line.run('token', '--refresh')).exitCode).toBe(0);
    expect(formOf(lastTo(server, `POST ${at('contoso.example', 'token')}`))).toEqual(
      expectedRefresh(refreshToken),
    );
  });

  it('says when no refresh token was granted', async () => {
    play('common', { token: { expires_in: 3600, scope: 'openid profile email' } });
    const { stdout } = await line.run('microsoft');
    expect(stdout).toContain('requested but not granted: offline_access\n');
    expect(stdout).toContain('then sign in again');
  });

  it('cannot be revoked, and logout says so', async () => {
    play();
    await line.run('microsoft');
    const before = server.requests.length;
    const { exitCode, stdout } = await line.run('logout');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /the tokens were deleted from this machine\. Microsoft offers no way to revoke them, so they stay valid until they expire; withdraw the access at https:\/\/myaccount\.microsoft\.com\/\.\n$/,
    );
    expect(server.requests).toHaveLength(before);
  });
});
