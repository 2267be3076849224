import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AbortedError,
  AuthenticationRequiredError,
  AuthorizationServerError,
  NetworkError,
  ProtocolError,
} from '../../../src/ground/errors.ts';
import { Secret } from '../../../src/ground/secret.ts';
import { fetchProfile } from '../../../src/profile/fetch-profile.ts';
import type { ProfileOptions } from '../../../src/profile/profile-options.ts';
import { expandProvider } from '../../../src/providers/expand.ts';
import { openidProvider } from '../../../src/providers/openid.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { resolveProvider } from '../../../src/providers/resolve.ts';
import { facebook, github, google } from '../../support/presets.ts';
import { publicJwk, signIdToken } from '../../support/quirky-providers.ts';
import { badGateway, hangUp, json, redirect, text } from '../../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer, type Responder } from '../../support/quirky-server.ts';

let server: QuirkyServer;

beforeEach(async () => {
  server = await openQuirkyServer();
});
afterEach(() => server.close());

const token = 'canary-access-token';
const userPath = '/api.github.com/user';
const emailsPath = '/api.github.com/user/emails';
const userInfoPath = '/openidconnect.googleapis.com/v1/userinfo';
const idTokenClaims = { iss: 'https://accounts.google.com', sub: 'u1', email: 'a@b.test' };

async function profileOf(provider: Provider, options: Partial<ProfileOptions> = {}) {
  const resolved = await resolveProvider(server.standInFor(expandProvider(provider)), {
    fetch: server.fetch,
    allowHttpLoopback: true,
  });
  return fetchProfile(resolved, {
    accessToken: new Secret(token),
    clientId: 'client',
    fetch: server.fetch,
    ...options,
  });
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) {
      expect(`${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain(token);
      return error;
    }
  }
  return expect.unreachable('it should have been refused');
}

describe("GitHub's e-mail address", () => {
  const user = { id: 1, login: 'octocat', email: null };
  const emails = [
    { email: 'old@b.test', primary: false, verified: true },
    { email: 'me@b.test', primary: true, verified: true },
  ];

  it('comes from the second request when the first leaves it out', async () => {
    server.on(userPath, json(user));
    server.on(emailsPath, json(emails));
    expect(await profileOf(github)).toMatchObject({ email: 'me@b.test', email_verified: true });
    expect(server.requests).toHaveLength(2);
    for (const request of server.requests) {
      expect(request.headers).toMatchObject({
        authorization: `Bearer ${token}`,
        accept: 'application/vnd.github+json',
      });
    }
  });

  it('is not asked for when it is public', async () => {
    server.on(userPath, json({ ...user, email: 'public@b.test' }));
    const profile = await profileOf(github);
    expect(profile?.email).toBe('public@b.test');
    expect(profile).not.toHaveProperty('email_verified');
    expect(server.requestsTo(emailsPath)).toHaveLength(0);
  });

  it.each([
    ['is refused', json({ message: 'Not Found' }, 404)],
    ['fails', badGateway()],
    ['is cut off', hangUp()],
    ['is no list', json({ email: 'me@b.test' })],
    ['lists no verified one', json([{ email: 'me@b.test', primary: true, verified: false }])],
    ['lists nonsense', json([null, 7, { email: 'a\nb@c', primary: true, verified: true }])],
  ])('is left out when the second request %s', async (_, responder) => {
    server.on(userPath, json(user));
    server.on(emailsPath, responder);
    const profile = await profileOf(github);
    expect(profile?.sub).toBe('1');
    expect(profile).not.toHaveProperty('email');
  });

  it('does not swallow Ctrl-C', async () => {
    server.on(userPath, json(user));
    const fetch: ProfileOptions['fetch'] = (input, init) =>
      String(input).endsWith('/emails') ? Promise.reject(new AbortedError()) : server.fetch(input, init);
    expect(await failure(profileOf(github, { fetch }))).toBeInstanceOf(AbortedError);
  });
});

describe('T45 the profile is about the person who signed in', () => {
  it('accepts UserInfo of the verified subject', async () => {
    server.on(userInfoPath, json({ sub: 'u1', name: 'One' }));
    expect(await profileOf(google, { idTokenClaims })).toMatchObject({
      sub: 'u1',
      name: 'One',
      email: 'a@b.test',
    });
  });

  it.each([{ sub: 'u2' }, { sub: 'U1' }, { sub: ['u1'] }, { sub: 1 }, {}])(
    'refuses UserInfo with %j',
    async (claims) => {
      server.on(userInfoPath, json({ name: 'Mallory', ...claims }));
      const error = await failure(profileOf(google, { idTokenClaims }));
      expect(error).toBeInstanceOf(ProtocolError);
      expect(String(error)).not.toContain('Mallory');
      expect(error.cause).toBeUndefined();
    },
  );

  it('reads the ID Token where there is no UserInfo endpoint', async () => {
    const { userinfo_endpoint, ...endpoints } = google.endpoints;
    expect(userinfo_endpoint).toBeDefined();
    const provider = { ...google, endpoints };
    expect(await profileOf(provider, { idTokenClaims })).toMatchObject({ sub: 'u1', email: 'a@b.test' });
    expect(await profileOf(provider)).toBeUndefined();
  });

  it('accepts UserInfo as a JWT only when its signature is right', async () => {
    const openid = '/.well-known/openid-configuration';
    const metadata = {
      issuer: server.origin,
      authorization_endpoint: `${server.origin}/authorize`,
      token_endpoint: `${server.origin}/token`,
      userinfo_endpoint: `${server.origin}/userinfo`,
      jwks_uri: `${server.origin}/jwks`,
      code_challenge_methods_supported: ['S256'],
      userinfo_signing_alg_values_supported: ['RS256'],
    };
    server.on(openid, json(metadata));
    server.on('/jwks', json({ keys: [publicJwk()] }));
    const jwt = signIdToken({ iss: server.origin, aud: 'client', sub: 'u1', name: 'Signed' });
    const [head, , signature] = jwt.split('.');
    const forged = Buffer.from(
      JSON.stringify({ iss: server.origin, aud: 'client', sub: 'u1', name: 'Forged', exp: 9e9, iat: 1 }),
    ).toString('base64url');
    const provider = openidProvider('work', 'Work', server.origin);

    server.on('/userinfo', text(jwt, 'application/jwt'));
    expect(await profileOf(provider, { idTokenClaims })).toMatchObject({ name: 'Signed' });
    server.on('/userinfo', text(`${head}.${forged}.${signature}`, 'application/jwt'));
    expect(await failure(profileOf(provider, { idTokenClaims }))).toBeInstanceOf(ProtocolError);

    // Where its algorithms are not announced, those of ID Tokens count, and RS256 in any case.
    server.on('/userinfo', text(jwt, 'application/jwt'));
    const { userinfo_signing_alg_values_supported: _announced, ...silent } = metadata;
    for (const more of [{}, { id_token_signing_alg_values_supported: ['ES256'] }]) {
      server.on(openid, json({ ...silent, ...more }));
      expect(await profileOf(provider, { idTokenClaims })).toMatchObject({ name: 'Signed' });
    }
    server.on(openid, json({ ...silent, userinfo_signing_alg_values_supported: ['HS256', 'none'] }));
    const refused = await failure(profileOf(provider, { idTokenClaims }));
    expect(refused).toMatchObject({
      message: expect.stringMatching(/^the UserInfo of Work is malformed: .*alg/),
    });
  });
});

describe('a refused request for the profile', () => {
  const cases = [
    [
      'a revoked token',
      json({ message: 'Bad credentials' }, 401),
      AuthenticationRequiredError,
      'token_rejected',
    ],
    [
      'a missing scope',
      json({}, 403, { 'www-authenticate': 'Bearer error="insufficient_scope"' }),
      AuthorizationServerError,
      'as_insufficient_scope',
    ],
    [
      'a token that the challenge calls invalid',
      json({}, 400, { 'www-authenticate': 'Bearer realm="x", error="invalid_token"' }),
      AuthenticationRequiredError,
      'token_rejected',
    ],
    [
      'missing credits',
      json({ title: 'CreditsDepleted' }, 402),
      AuthorizationServerError,
      'as_profile_refused',
    ],
    ['a limit', json({}, 429), NetworkError, 'network_server_error'],
    ["GitHub's limit", json({}, 403, { 'x-ratelimit-remaining': '0' }), NetworkError, 'network_server_error'],
    ['a broken server', badGateway(), NetworkError, 'network_server_error'],
    ['a redirect', redirect('https://evil.test/'), ProtocolError, 'protocol_redirect'],
    ['a page', text('<html>', 'text/html'), ProtocolError, 'protocol_invalid_response'],
    ['a list', json([]), ProtocolError, 'protocol_invalid_response'],
    ['300 kB', json({ id: 1, name: 'a'.repeat(300_000) }), ProtocolError, 'protocol_response_too_large'],
  ] as const;

  it.each(cases)('%s at the own request', async (_, responder, type, code) => {
    server.on(userPath, responder);
    const error = await failure(profileOf(github));
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ code });
    expect(server.requests).toHaveLength(1);
  });

  it.each(cases)('%s at UserInfo', async (_, responder, type, code) => {
    server.on(userInfoPath, responder);
    const error = await failure(profileOf(google, { idTokenClaims }));
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ code });
  });

  it.each<readonly [Responder, string, RegExp]>([
    [json({ message: 'Bad credentials' }, 401), 'token_rejected', /access token, saying "Bad credentials"$/],
    [json({}, 401), 'token_rejected', /it was revoked or has expired$/],
    [text('', 'text/plain', 401), 'token_rejected', /it was revoked or has expired$/],
    [
      json({}, 401, {
        'www-authenticate': 'Bearer error="invalid_request", error_description="Client-Id is missing"',
      }),
      'as_invalid_request',
      /\(status 401\) \("invalid_request"\), saying "Client-Id is missing"$/,
    ],
    [json({ errors: [{ message: 'no such field' }] }, 400), 'as_profile_refused', /saying "no such field"$/],
    [json({ title: 'Forbidden', detail: 'write to us' }, 403), 'as_profile_refused', /saying "write to us"$/],
    [json({ message: 'maintenance' }, 503), 'network_server_error', /status 503, saying "maintenance"$/],
    [json({ message: `bad token ${token}` }, 401), 'token_rejected', /revoked or has expired$/],
    [json({ message: '\u001b[2J\u202eok' }, 403), 'as_profile_refused', /saying "ok"$/],
  ])('the reason that the server gives is shown, made safe (%#)', async (responder, code, words) => {
    server.on(userPath, responder);
    server.on(userInfoPath, responder);
    for (const asked of [profileOf(github), profileOf(google, { idTokenClaims })]) {
      const error = await failure(asked);
      expect(error).toMatchObject({ code, message: expect.stringMatching(words) });
      expect(String(error)).not.toContain(token);
    }
  });

  it('Facebook calls a dead token an error 190 with status 400', async () => {
    server.on('/graph.facebook.com/v24.0/me', json({ error: { message: 'x', code: 190 } }, 400));
    expect(await failure(profileOf(facebook))).toMatchObject({ code: 'token_rejected' });
    server.on('/graph.facebook.com/v24.0/me', json({ error: { message: 'x', code: 1 } }, 400));
    expect(await failure(profileOf(facebook))).toMatchObject({ code: 'as_profile_refused' });
  });
});

describe('appsecret_proof', () => {
  it('is the HMAC of the token under the secret, and goes only where the quirk says', async () => {
    server.on('/graph.facebook.com/v24.0/me', json({ id: '1' }));
    server.on(userPath, json({ id: 1, email: 'a@b.test' }));
    const clientSecret = new Secret('canary-secret');
    await profileOf(facebook, { clientSecret });
    await profileOf(facebook);
    await profileOf(github, { clientSecret });
    const proof = createHmac('sha256', 'canary-secret').update(token).digest('hex');
    expect(server.requests.map(({ query }) => query.get('appsecret_proof'))).toEqual([proof, null, null]);
  });
});
