import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AccountHead } from '../../src/accounts/account.ts';
import { openSession } from '../../src/accounts/session.ts';
import { ProtocolError } from '../../src/ground/errors.ts';
import { Secret } from '../../src/ground/secret.ts';
import { signInEvents } from '../../src/output/sign-in-events.ts';
import { signInQuestions } from '../../src/output/sign-in-questions.ts';
import { loginSettings } from '../../src/settings/login-settings.ts';
import { signIn as signInAt } from '../../src/sign-in/sign-in.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import { anyPortOf, clientId, fresh } from '../support/preset-at-the-wire.ts';
import { type Play, playProvider } from '../support/quirky-providers.ts';
import { form, json } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';

let server: QuirkyServer;
let line: PlayedCommandLine;

beforeEach(async () => {
  server = closeAfterTest(await openQuirkyServer());
  line = closeAfterTest(openPlayedCommandLine(server));
});

const clientSecret = 'canary-client-secret';

/** Signs in with a preset by the use case, in a browser that is played; nothing is kept. */
async function signIn(
  name: string,
  play: Play,
  options: { readonly host?: string; readonly tenant?: string; readonly secret?: boolean } = {},
): Promise<{ account: AccountHead; accessToken: string }> {
  const { secret = true, ...place } = options;
  const flags = { ...place, clientId, store: false, allowHttpLoopback: true } as const;
  const settings = {
    ...loginSettings(name, flags, {}, { providers: new Map() }),
    ...(secret ? { clientSecret: new Secret(clientSecret) } : {}),
  };
  const played = playProvider(server, settings.provider, play);
  const { context } = line;
  const { account } = await signInAt({ settings, wanted: undefined }, openSession(context), {
    progress: signInEvents(name, context),
    questions: signInQuestions(name, context),
    registerClient: () => expect.unreachable('the client is known'),
  });
  return { account, accessToken: played.tokens[0] ?? 'none was given out' };
}

/** The only request to that path, which must be there. */
function only(route: string) {
  const [request, ...more] = server.requestsTo(route);
  expect(more).toEqual([]);
  if (request === undefined) {
    return expect.unreachable(`nothing was sent to ${route}`);
  }
  return request;
}

/** The members of the token request, but for the code. */
function tokenRequest(route: string): Record<string, string> {
  const { code, ...members } = Object.fromEntries(new URLSearchParams(only(route).body));
  expect(code).toMatch(/^canary-code-/);
  return members;
}

/** What each token request has, from a listener on that host. */
const codeGrant = (host: '127.0.0.1' | 'localhost' = '127.0.0.1') => ({
  grant_type: 'authorization_code',
  redirect_uri: anyPortOf(host),
  code_verifier: fresh,
});
const post = { client_id: clientId, client_secret: clientSecret };

describe('GitHub at the wire', () => {
  const user = { id: 583231, login: 'octocat', name: 'The Octocat', email: null };

  it('sends the token request and the two profile requests it should', async () => {
    server.on('/api.github.com/user/emails', json([{ email: 'o@g.test', primary: true, verified: true }]));
    const { account, accessToken } = await signIn('github', {
      token: { scope: 'read:user,user:email' },
      profile: user,
    });
    expect(tokenRequest('POST /github.com/login/oauth/access_token')).toEqual({ ...codeGrant(), ...post });
    expect(only('/github.com/login/oauth/access_token').headers.accept).toBe('application/json');
    expect(only('GET /api.github.com/user').headers).toMatchObject({
      authorization: `Bearer ${accessToken}`,
      accept: 'application/vnd.github+json',
    });
    expect(only('GET /api.github.com/user').target).toBe('/api.github.com/user');
    expect(account.scopes).toEqual(['read:user', 'user:email']);
    expect(account.profile).toMatchObject({
      sub: '583231',
      preferred_username: 'octocat',
      email: 'o@g.test',
    });
  });

  it('takes the form-encoded reply, and the error with status 200 for an error', async () => {
    const reply = form({ access_token: 'at', scope: 'read:user', token_type: 'bearer' });
    await signIn('github', { profile: user, tokenResponder: reply });
    expect(only('GET /api.github.com/user').headers.authorization).toBe('Bearer at');
    const tokenResponder = json({ error: 'incorrect_client_credentials' });
    await expect(signIn('github', { profile: user, tokenResponder })).rejects.toMatchObject({
      error: 'incorrect_client_credentials',
    });
  });

  it('speaks to an Enterprise Server at its own addresses only', async () => {
    await signIn('github', { profile: { ...user, email: 'a@b.test' } }, { host: 'ghe.example.com' });
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /ghe.example.com/login/oauth/authorize',
      'POST /ghe.example.com/login/oauth/access_token',
      'GET /ghe.example.com/api/v3/user',
    ]);
  });
});

describe('Google at the wire', () => {
  it('sends what it should and verifies the ID Token with the published key', async () => {
    const { account, accessToken } = await signIn('google', {
      token: { expires_in: 3599, refresh_token: 'rt' },
      idToken: { sub: 'g1', hd: 'example.com' },
      profile: { sub: 'g1', name: 'G', email: 'g@example.com', email_verified: true },
    });
    expect(tokenRequest('POST /oauth2.googleapis.com/token')).toEqual({ ...codeGrant(), ...post });
    expect(only('GET /openidconnect.googleapis.com/v1/userinfo').headers.authorization).toBe(
      `Bearer ${accessToken}`,
    );
    expect(only('/www.googleapis.com/oauth2/v3/certs').method).toBe('GET');
    expect(account.profile).toMatchObject({ provider: 'google', sub: 'g1', email_verified: true });
  });

  it('refuses an authorization response that names another issuer', async () => {
    const play = { profile: {}, idToken: { sub: 'g1' }, iss: 'https://evil.test' };
    await expect(signIn('google', play)).rejects.toBeInstanceOf(ProtocolError);
    expect(server.requestsTo('/oauth2.googleapis.com/token')).toHaveLength(0);
  });
});

describe('Facebook at the wire', () => {
  const me = { id: '10', name: 'F', email: 'f@b.test', picture: { data: { url: 'https://p.test/1' } } };

  it('asks for the fields with the proof, and separates scopes by commas', async () => {
    const { account, accessToken } = await signIn('facebook', {
      token: { expires_in: 5184000 },
      profile: me,
    });
    expect(only('/www.facebook.com/v24.0/dialog/oauth').query.get('scope')).toBe('public_profile,email');
    expect(tokenRequest('POST /graph.facebook.com/v24.0/oauth/access_token')).toEqual({
      ...codeGrant('localhost'),
      ...post,
    });
    const { query, headers } = only('GET /graph.facebook.com/v24.0/me');
    expect(Object.fromEntries(query)).toEqual({
      fields: 'id,name,email,picture',
      appsecret_proof: createHmac('sha256', clientSecret).update(accessToken).digest('hex'),
    });
    expect(headers.authorization).toBe(`Bearer ${accessToken}`);
    expect(account.profile).toMatchObject({ sub: '10', picture: 'https://p.test/1' });
  });

  it('takes the error object for an error', async () => {
    const error = { message: 'This authorization code has expired.', code: 100, error_subcode: 36007 };
    const tokenResponder = json({ error }, 400);
    await expect(signIn('facebook', { profile: me, tokenResponder })).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });
});

describe('X at the wire', () => {
  const profile = {
    data: { id: '2244994945', name: 'X Dev', username: 'xdev', confirmed_email: 'x@b.test' },
  };

  it('authenticates a confidential client by Basic, and asks for the fields', async () => {
    const signedIn = await signIn('x', {
      token: { expires_in: 7200, scope: 'users.read tweet.read' },
      profile,
    });
    const { authorization } = only('POST /api.x.com/2/oauth2/token').headers;
    expect(tokenRequest('POST /api.x.com/2/oauth2/token')).toEqual(codeGrant());
    expect(authorization).toMatch(/^Basic /);
    expect(Object.fromEntries(only('GET /api.x.com/2/users/me').query)).toEqual({
      'user.fields': 'profile_image_url,confirmed_email',
    });
    expect(signedIn.account.profile).toMatchObject({
      sub: '2244994945',
      preferred_username: 'xdev',
      email_verified: true,
      profile: 'https://x.com/xdev',
    });
  });

  it('names a public client in the body and sends no secret', async () => {
    await signIn('x', { profile }, { secret: false });
    expect(tokenRequest('POST /api.x.com/2/oauth2/token')).toEqual({ ...codeGrant(), client_id: clientId });
    expect(only('POST /api.x.com/2/oauth2/token').headers).not.toHaveProperty('authorization');
  });
});

describe('GitLab at the wire', () => {
  it('signs in with a public client on a host of its own', async () => {
    const { account } = await signIn(
      'gitlab',
      {
        token: { expires_in: 7200, refresh_token: 'rt', created_at: 1, scope: 'openid profile email' },
        idToken: { sub: '42' },
        profile: { sub: '42', nickname: 'lab', email: 'l@b.test', email_verified: true },
      },
      { host: 'git.example.com', secret: false },
    );
    expect(tokenRequest('POST /git.example.com/oauth/token')).toEqual({
      ...codeGrant(),
      client_id: clientId,
    });
    expect(account.profile).toMatchObject({ sub: '42', preferred_username: 'lab' });
    expect(server.requests.every(({ path }) => path.startsWith('/git.example.com/'))).toBe(true);
  });
});

describe('Microsoft at the wire', () => {
  const tenant = '9188040d-6c67-4c5b-b112-36a304b66dad';

  it('uses the tenant, adds the user name from the ID Token, and claims no verified address', async () => {
    const { account } = await signIn(
      'microsoft',
      {
        idToken: { sub: 'm1', tid: tenant, preferred_username: 'm@contoso.test' },
        profile: { sub: 'm1', name: 'M', email: 'm@contoso.test', email_verified: true },
      },
      { tenant, secret: false },
    );
    const path = `/login.microsoftonline.com/${tenant}/oauth2/v2.0/token`;
    expect(tokenRequest(`POST ${path}`)).toEqual({ ...codeGrant('localhost'), client_id: clientId });
    expect(only(path).headers).not.toHaveProperty('origin');
    expect(account.profile).toMatchObject({ sub: 'm1', preferred_username: 'm@contoso.test' });
    expect(account.profile).not.toHaveProperty('email_verified');
  });
});
