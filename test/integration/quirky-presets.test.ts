import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProtocolError } from '../../src/ground/errors.ts';
import { Secret } from '../../src/ground/secret.ts';
import { fetchProfile } from '../../src/profile/fetch-profile.ts';
import type { Profile } from '../../src/profile/profile.ts';
import { newAttempt } from '../../src/protocol/attempt.ts';
import { buildAuthorizationUri } from '../../src/protocol/authorization-request.ts';
import { exchangeCode } from '../../src/protocol/code-exchange.ts';
import type { TokenSet } from '../../src/protocol/token-set.ts';
import { expandProvider, type ProviderPlace } from '../../src/providers/expand.ts';
import type { Provider, ResolvedProvider } from '../../src/providers/provider.ts';
import { resolveProvider } from '../../src/providers/resolve.ts';
import { fresh } from '../support/preset-at-the-wire.ts';
import { facebook, github, gitlab, google, microsoft, x } from '../support/presets.ts';
import { type Play, playProvider } from '../support/quirky-providers.ts';
import { form, json } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';

let server: QuirkyServer;

beforeEach(async () => {
  server = await openQuirkyServer();
});
afterEach(() => server.close());

const clientId = 'client.id';
const clientSecret = 'canary-client-secret';
const redirectUri = 'http://127.0.0.1:51789/callback';

/** From the authorization request to the profile, by the functions that `login` calls. */
async function signIn(
  preset: Provider,
  play: Play,
  options: { readonly place?: ProviderPlace; readonly secret?: boolean } = {},
): Promise<{ profile: Profile; tokens: TokenSet; provider: ResolvedProvider }> {
  const expanded = expandProvider(preset, options.place);
  playProvider(server, expanded, play);
  const provider = await resolveProvider(server.standInFor(expanded), {
    fetch: server.fetch,
    allowHttpLoopback: true,
  });
  const { scopes, scopeSeparator } = provider;
  const { state, nonce, pkce } = await newAttempt(provider, scopes);
  const authorizationUri = buildAuthorizationUri(provider.endpoints.authorization_endpoint ?? '', {
    clientId,
    redirectUri,
    scopes,
    scopeSeparator,
    state,
    parameters: {},
    ...(nonce === undefined ? {} : { nonce }),
    ...(pkce === undefined ? {} : { codeChallenge: pkce.codeChallenge }),
  });
  const back = await server.fetch(authorizationUri);
  const secret = options.secret === false ? {} : { clientSecret: new Secret(clientSecret) };
  const tokens = await exchangeCode(
    {
      provider,
      client: { clientId, clientAuthentication: provider.clientAuthentication, ...secret },
      fetch: server.fetch,
      allowHttpLoopback: true,
      now: () => new Date(),
      requestedScopes: scopes,
    },
    {
      parameters: new URL(back.headers.get('location') ?? '').searchParams,
      state,
      redirectUri,
      ...(nonce === undefined ? {} : { nonce }),
      ...(pkce === undefined ? {} : { codeVerifier: pkce.codeVerifier }),
    },
  );
  const { accessToken, idTokenClaims } = tokens;
  const profile = await fetchProfile(provider, {
    accessToken,
    ...(idTokenClaims === undefined ? {} : { idTokenClaims }),
    clientId,
    ...secret,
    fetch: server.fetch,
  });
  if (profile === undefined) throw new Error('nobody was named');
  return { profile, tokens, provider };
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

const codeGrant = { grant_type: 'authorization_code', redirect_uri: redirectUri, code_verifier: fresh };
const post = { client_id: clientId, client_secret: clientSecret };

describe('GitHub at the wire', () => {
  const user = { id: 583231, login: 'octocat', name: 'The Octocat', email: null };

  it('sends the token request and the two profile requests it should', async () => {
    server.on('/api.github.com/user/emails', json([{ email: 'o@g.test', primary: true, verified: true }]));
    const { profile, tokens } = await signIn(github, {
      token: { scope: 'read:user,user:email' },
      profile: user,
    });
    expect(tokenRequest('POST /github.com/login/oauth/access_token')).toEqual({ ...codeGrant, ...post });
    expect(only('/github.com/login/oauth/access_token').headers.accept).toBe('application/json');
    expect(only('GET /api.github.com/user').headers).toMatchObject({
      authorization: `Bearer ${tokens.accessToken.reveal()}`,
      accept: 'application/vnd.github+json',
    });
    expect(only('GET /api.github.com/user').target).toBe('/api.github.com/user');
    expect(tokens.scopes).toEqual(['read:user', 'user:email']);
    expect(profile).toMatchObject({ sub: '583231', preferred_username: 'octocat', email: 'o@g.test' });
  });

  it('takes the form-encoded reply, and the error with status 200 for an error', async () => {
    const reply = form({ access_token: 'at', scope: 'read:user', token_type: 'bearer' });
    const { tokens } = await signIn(github, { profile: user, tokenResponder: reply });
    expect(tokens.accessToken.reveal()).toBe('at');
    const tokenResponder = json({ error: 'incorrect_client_credentials' });
    await expect(signIn(github, { profile: user, tokenResponder })).rejects.toMatchObject({
      error: 'incorrect_client_credentials',
    });
  });

  it('speaks to an Enterprise Server at its own addresses only', async () => {
    await signIn(github, { profile: { ...user, email: 'a@b.test' } }, { place: { host: 'ghe.example.com' } });
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /ghe.example.com/login/oauth/authorize',
      'POST /ghe.example.com/login/oauth/access_token',
      'GET /ghe.example.com/api/v3/user',
    ]);
  });
});

describe('Google at the wire', () => {
  it('sends what it should and verifies the ID Token with the published key', async () => {
    const { profile, tokens } = await signIn(google, {
      token: { expires_in: 3599, refresh_token: 'rt' },
      idToken: { sub: 'g1', hd: 'example.com' },
      profile: { sub: 'g1', name: 'G', email: 'g@example.com', email_verified: true },
    });
    expect(tokenRequest('POST /oauth2.googleapis.com/token')).toEqual({ ...codeGrant, ...post });
    expect(only('GET /openidconnect.googleapis.com/v1/userinfo').headers.authorization).toBe(
      `Bearer ${tokens.accessToken.reveal()}`,
    );
    expect(only('/www.googleapis.com/oauth2/v3/certs').method).toBe('GET');
    expect(profile).toMatchObject({ provider: 'google', sub: 'g1', email_verified: true });
  });

  it('refuses an authorization response that names another issuer', async () => {
    const play = { profile: {}, idToken: { sub: 'g1' }, iss: 'https://evil.test' };
    await expect(signIn(google, play)).rejects.toBeInstanceOf(ProtocolError);
    expect(server.requestsTo('/oauth2.googleapis.com/token')).toHaveLength(0);
  });
});

describe('Facebook at the wire', () => {
  const me = { id: '10', name: 'F', email: 'f@b.test', picture: { data: { url: 'https://p.test/1' } } };

  it('asks for the fields with the proof, and separates scopes by commas', async () => {
    const { profile, tokens, provider } = await signIn(facebook, {
      token: { expires_in: 5184000 },
      profile: me,
    });
    expect(only('/www.facebook.com/v24.0/dialog/oauth').query.get('scope')).toBe('public_profile,email');
    expect(tokenRequest('POST /graph.facebook.com/v24.0/oauth/access_token')).toEqual({
      ...codeGrant,
      ...post,
    });
    const { query, headers } = only('GET /graph.facebook.com/v24.0/me');
    expect(Object.fromEntries(query)).toEqual({
      fields: 'id,name,email,picture',
      appsecret_proof: createHmac('sha256', clientSecret).update(tokens.accessToken.reveal()).digest('hex'),
    });
    expect(headers.authorization).toBe(`Bearer ${tokens.accessToken.reveal()}`);
    expect(profile).toMatchObject({ sub: '10', picture: 'https://p.test/1' });
    expect(provider.redirect).toEqual({ host: 'localhost', path: '/callback', port: 'any' });
  });

  it('takes the error object for an error', async () => {
    const error = { message: 'This authorization code has expired.', code: 100, error_subcode: 36007 };
    const tokenResponder = json({ error }, 400);
    await expect(signIn(facebook, { profile: me, tokenResponder })).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });
});

describe('X at the wire', () => {
  const profile = {
    data: { id: '2244994945', name: 'X Dev', username: 'xdev', confirmed_email: 'x@b.test' },
  };

  it('authenticates a confidential client by Basic, and asks for the fields', async () => {
    const signedIn = await signIn(x, {
      token: { expires_in: 7200, scope: 'users.read tweet.read' },
      profile,
    });
    const { authorization } = only('POST /api.x.com/2/oauth2/token').headers;
    expect(tokenRequest('POST /api.x.com/2/oauth2/token')).toEqual(codeGrant);
    expect(authorization).toMatch(/^Basic /);
    expect(Object.fromEntries(only('GET /api.x.com/2/users/me').query)).toEqual({
      'user.fields': 'profile_image_url,confirmed_email',
    });
    expect(signedIn.profile).toMatchObject({
      sub: '2244994945',
      preferred_username: 'xdev',
      email_verified: true,
      profile: 'https://x.com/xdev',
    });
  });

  it('names a public client in the body and sends no secret', async () => {
    await signIn(x, { profile }, { secret: false });
    expect(tokenRequest('POST /api.x.com/2/oauth2/token')).toEqual({ ...codeGrant, client_id: clientId });
    expect(only('POST /api.x.com/2/oauth2/token').headers).not.toHaveProperty('authorization');
  });
});

describe('GitLab at the wire', () => {
  it('signs in with a public client on a host of its own', async () => {
    const { profile } = await signIn(
      gitlab,
      {
        token: { expires_in: 7200, refresh_token: 'rt', created_at: 1, scope: 'openid profile email' },
        idToken: { sub: '42' },
        profile: { sub: '42', nickname: 'lab', email: 'l@b.test', email_verified: true },
      },
      { place: { host: 'git.example.com' }, secret: false },
    );
    expect(tokenRequest('POST /git.example.com/oauth/token')).toEqual({ ...codeGrant, client_id: clientId });
    expect(profile).toMatchObject({ sub: '42', preferred_username: 'lab' });
    expect(server.requests.every(({ path }) => path.startsWith('/git.example.com/'))).toBe(true);
  });
});

describe('Microsoft at the wire', () => {
  const tenant = '9188040d-6c67-4c5b-b112-36a304b66dad';

  it('uses the tenant, adds the user name from the ID Token, and claims no verified address', async () => {
    const { profile } = await signIn(
      microsoft,
      {
        idToken: { sub: 'm1', tid: tenant, preferred_username: 'm@contoso.test' },
        profile: { sub: 'm1', name: 'M', email: 'm@contoso.test', email_verified: true },
      },
      { place: { tenant }, secret: false },
    );
    const path = `/login.microsoftonline.com/${tenant}/oauth2/v2.0/token`;
    expect(tokenRequest(`POST ${path}`)).toEqual({ ...codeGrant, client_id: clientId });
    expect(only(path).headers).not.toHaveProperty('origin');
    expect(profile).toMatchObject({ sub: 'm1', preferred_username: 'm@contoso.test' });
    expect(profile).not.toHaveProperty('email_verified');
  });
});
