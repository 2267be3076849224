import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import * as oauth from 'oauth4webapi';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { playUserAgent } from '../../src/demo/http-user-agent.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { listenOnLoopback } from '../support/reverse-proxy.ts';

const insecure = { [oauth.allowInsecureRequests]: true };
const publicClient: oauth.Client = { client_id: 'demo' };
const clientSecret = 'a-secret-of-the-confidential-client';

let server: AuthorizationServer;
let callback: Server;
let redirectUri: string;
let metadata: oauth.AuthorizationServer;

beforeAll(async () => {
  callback = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<title>received</title>');
  });
  redirectUri = `${await listenOnLoopback(callback)}/callback`;
  server = await startAuthorizationServer({
    accessTokenLifetime: 60,
    confidentialClients: [
      {
        clientId: 'confidential',
        clientSecret,
        authentication: 'client_secret_basic',
        redirectUris: ['http://127.0.0.1/callback'],
      },
    ],
  });
  metadata = await discover();
});

afterEach(() => {
  server.restore();
  expect(server.errors).toEqual([]);
});

afterAll(async () => {
  await server.close();
  callback.close();
});

async function discover(): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(server.issuer);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
}

interface Attempt {
  readonly user?: string;
  readonly password?: string;
  readonly consent?: boolean;
  readonly client?: string;
  readonly parameters?: Readonly<Record<string, string | undefined>>;
}

/** Goes through the authorization request as the person; gives where the browser ended and the verifier. */
async function authorize(attempt: Attempt = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const uri = new URL(metadata.authorization_endpoint ?? '');
  const parameters: Record<string, string | undefined> = {
    client_id: attempt.client ?? 'demo',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid profile email offline_access',
    prompt: 'consent',
    state: 'the-state',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...attempt.parameters,
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) {
      uri.searchParams.set(name, value);
    }
  }
  const page = await playUserAgent(uri.href, {
    user: attempt.user ?? 'ada',
    consent: attempt.consent ?? true,
    ...(attempt.password === undefined ? {} : { password: attempt.password }),
  });
  return { page, verifier, response: new URL(page.finalUrl).searchParams };
}

/** Sends the code to the token endpoint; gives the raw reply. */
async function exchange(
  finalUrl: string,
  verifier: string,
  authentication = oauth.None(),
  client = publicClient,
): Promise<Response> {
  const parameters = oauth.validateAuthResponse(metadata, client, new URL(finalUrl), 'the-state');
  return oauth.authorizationCodeGrantRequest(
    metadata,
    client,
    authentication,
    parameters,
    redirectUri,
    verifier,
    insecure,
  );
}

async function redeem(attempt: Attempt = {}, authentication = oauth.None(), client = publicClient) {
  const { page, verifier } = await authorize(attempt);
  const reply = await exchange(page.finalUrl, verifier, authentication, client);
  return oauth.processAuthorizationCodeResponse(metadata, client, reply);
}

async function refresh(refreshToken: string) {
  const reply = await oauth.refreshTokenGrantRequest(
    metadata,
    publicClient,
    oauth.None(),
    refreshToken,
    insecure,
  );
  return oauth.processRefreshTokenResponse(metadata, publicClient, reply);
}

async function userInfo(accessToken: string): Promise<Response> {
  return oauth.userInfoRequest(metadata, publicClient, accessToken, insecure);
}

function refreshTokenOf(tokens: oauth.TokenEndpointResponse): string {
  expect(tokens.refresh_token).toEqual(expect.any(String));
  return tokens.refresh_token ?? '';
}

describe('the authorization server of the tests and the demo', () => {
  it('signs in whoever the person chooses, with a validated ID Token and UserInfo', async () => {
    for (const person of server.users) {
      const tokens = await redeem({ user: person.username });
      const claims = oauth.getValidatedIdTokenClaims(tokens);
      expect(claims?.sub).toBe(person.sub);
      const profile = await oauth.processUserInfoResponse(
        metadata,
        publicClient,
        person.sub,
        await userInfo(tokens.access_token),
      );
      expect(profile).toMatchObject({
        name: person.name,
        preferred_username: person.username,
        email: person.email,
        email_verified: person.emailVerified,
        picture: `${server.issuer}/people/${person.username}.svg`,
      });
      const picture = await fetch(profile.picture ?? '');
      expect(picture.headers.get('content-type')).toMatch(/^image\/svg\+xml/);
    }
  });

  it('signs in with a name and a password, and with no other password', async () => {
    const { page } = await authorize({ user: 'grace', password: 'nanoseconds' });
    expect(page.title).toBe('received');
    const refused = await authorize({ user: 'grace', password: 'nanosecond' });
    expect(refused.page).toMatchObject({ status: 422, title: 'Not signed in: name or password is wrong' });
  });

  it('promises and sends iss with every authorization response (RFC 9207)', async () => {
    expect(metadata.authorization_response_iss_parameter_supported).toBe(true);
    expect((await authorize()).response.get('iss')).toBe(server.issuer);
    expect((await authorize({ consent: false })).response.get('iss')).toBe(server.issuer);
  });

  it('answers a refusal with access_denied', async () => {
    const { response } = await authorize({ consent: false });
    expect(response.get('error')).toBe('access_denied');
    expect(response.get('state')).toBe('the-state');
    expect(response.has('code')).toBe(false);
  });

  it('supports S256 only, and refuses a request without PKCE, public or confidential', async () => {
    expect(metadata.code_challenge_methods_supported).toEqual(['S256']);
    for (const client of ['demo', 'confidential']) {
      const without = await authorize({
        client,
        parameters: { code_challenge: undefined, code_challenge_method: undefined },
      });
      expect(without.response.get('error')).toBe('invalid_request');
    }
    const plain = await authorize({ parameters: { code_challenge_method: 'plain' } });
    expect(plain.response.get('error')).toBe('invalid_request');
  });

  it('refuses a wrong code_verifier, and a code that comes a second time', async () => {
    const { page, verifier } = await authorize();
    const tokensFor = async (codeVerifier: string) =>
      oauth.processAuthorizationCodeResponse(
        metadata,
        publicClient,
        await exchange(page.finalUrl, codeVerifier),
      );
    await expect(tokensFor(oauth.generateRandomCodeVerifier())).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    const tokens = await tokensFor(verifier);
    await expect(tokensFor(verifier)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect((await userInfo(tokens.access_token)).status).toBe(401);
  });

  it('shows its own page, and sends nothing, for a redirect URI that is not registered', async () => {
    const { page } = await authorize({ parameters: { redirect_uri: 'http://127.0.0.1/elsewhere' } });
    expect(page).toMatchObject({ status: 400, title: 'This request cannot be answered' });
    expect(new URL(page.finalUrl).origin).toBe(server.issuer);
  });

  it('gives a refresh token only for offline_access, and that only with prompt=consent', async () => {
    const without = await redeem({ parameters: { scope: 'openid' } });
    expect(without.refresh_token).toBeUndefined();
    const unprompted = await redeem({ parameters: { prompt: undefined } });
    expect(unprompted.refresh_token).toBeUndefined();
    expect(unprompted.scope).not.toContain('offline_access');
  });

  it('wants the secret of a confidential client', async () => {
    const client: oauth.Client = { client_id: 'confidential' };
    const tokens = await redeem({ client: 'confidential' }, oauth.ClientSecretBasic(clientSecret), client);
    expect(tokens.access_token).toEqual(expect.any(String));
    await expect(
      redeem({ client: 'confidential' }, oauth.ClientSecretBasic('not-the-secret'), client),
    ).rejects.toMatchObject({ status: 401, cause: [{ parameters: { error: 'invalid_client' } }] });
  });

  it('refuses requests that were meant for another host', async () => {
    const { port } = new URL(server.origin);
    const reply = await new Promise<IncomingMessage>((resolve, reject) => {
      get({ host: '127.0.0.1', port, path: '/jwks', headers: { host: `rebind.test:${port}` } }, resolve).once(
        'error',
        reject,
      );
    });
    reply.resume();
    expect(reply.statusCode).toBe(421);
  });
});

describe('refresh token rotation', () => {
  it('gives a new refresh token each time', async () => {
    const first = refreshTokenOf(await redeem());
    const second = refreshTokenOf(await refresh(first));
    const third = refreshTokenOf(await refresh(second));
    expect(new Set([first, second, third]).size).toBe(3);
  });

  it('revokes the whole family when a used one comes back', async () => {
    const tokens = await redeem();
    const first = refreshTokenOf(tokens);
    const rotated = await refresh(first);
    await expect(refresh(first)).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(refresh(refreshTokenOf(rotated))).rejects.toMatchObject({ error: 'invalid_grant' });
    expect((await userInfo(tokens.access_token)).status).toBe(401);
    expect((await userInfo(rotated.access_token)).status).toBe(401);
  });
});

describe('revocation and introspection', () => {
  const introspect = async (token: string) =>
    oauth.processIntrospectionResponse(
      metadata,
      publicClient,
      await oauth.introspectionRequest(metadata, publicClient, oauth.None(), token, insecure),
    );
  const revoke = async (token: string) =>
    oauth.processRevocationResponse(
      await oauth.revocationRequest(metadata, publicClient, oauth.None(), token, insecure),
    );

  it('tells a live token from a revoked one', async () => {
    const { access_token: accessToken } = await redeem();
    expect(await introspect(accessToken)).toMatchObject({ active: true, sub: 'person-1815' });
    await revoke(accessToken);
    expect(await introspect(accessToken)).toEqual({ active: false });
    expect((await userInfo(accessToken)).status).toBe(401);
  });

  it('ends the access tokens too when the refresh token is revoked', async () => {
    const tokens = await redeem();
    await revoke(refreshTokenOf(tokens));
    expect(await introspect(tokens.access_token)).toEqual({ active: false });
    await expect(refresh(refreshTokenOf(tokens))).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('answers nothing about tokens of another client', async () => {
    const tokens = await redeem({ client: 'confidential' }, oauth.ClientSecretBasic(clientSecret), {
      client_id: 'confidential',
    });
    expect(await introspect(tokens.access_token)).toEqual({ active: false });
  });
});

describe('device authorization', () => {
  it('waits for the person, and then gives tokens (RFC 8628)', async () => {
    const start = async () =>
      oauth.processDeviceAuthorizationResponse(
        metadata,
        publicClient,
        await oauth.deviceAuthorizationRequest(
          metadata,
          publicClient,
          oauth.None(),
          { scope: 'openid profile' },
          insecure,
        ),
      );
    const poll = async (deviceCode: string) =>
      oauth.processDeviceCodeResponse(
        metadata,
        publicClient,
        await oauth.deviceCodeGrantRequest(metadata, publicClient, oauth.None(), deviceCode, insecure),
      );
    const device = await start();
    await expect(poll(device.device_code)).rejects.toMatchObject({ error: 'authorization_pending' });
    const page = await playUserAgent(device.verification_uri_complete ?? '', {
      user: 'grace',
      consent: true,
    });
    expect(page.title).toBe('Device connected');
    const tokens = await poll(device.device_code);
    expect(oauth.getValidatedIdTokenClaims(tokens)?.sub).toBe('person-1906');

    const refused = await start();
    await playUserAgent(refused.verification_uri_complete ?? '', { user: 'grace', consent: false });
    await expect(poll(refused.device_code)).rejects.toMatchObject({ error: 'access_denied' });
  });
});

describe('the switches of the tests', () => {
  it('records requests as they came and counts them', async () => {
    const before = server.hits('token');
    await redeem();
    expect(server.hits('token')).toBe(before + 1);
    const request = server.requestsTo('token').at(-1);
    expect(request).toMatchObject({ method: 'POST', path: '/token' });
    expect(request?.form.get('grant_type')).toBe('authorization_code');
    expect(request?.form.get('redirect_uri')).toBe(redirectUri);
  });

  it('collects what was issued, by kind', async () => {
    const tokens = await redeem();
    const { page } = await authorize();
    expect(server.issuedSecrets()).toEqual(
      expect.arrayContaining([
        tokens.access_token,
        tokens.refresh_token,
        tokens.id_token,
        new URL(page.finalUrl).searchParams.get('code'),
        clientSecret,
      ]),
    );
    expect(server.issuedSecrets('access_token')).toContain(tokens.access_token);
    expect(server.issuedSecrets('access_token')).not.toContain(tokens.refresh_token);
    expect(server.issuedSecrets('code_verifier').length).toBeGreaterThan(0);
  });

  it('answers with HTML, redirects, and replies of ours, as often as asked', async () => {
    server.breakEndpoint('jwks', { kind: 'html', status: 502 }, 1);
    const html = await fetch(`${server.issuer}/jwks`);
    expect([html.status, html.headers.get('content-type')]).toEqual([502, 'text/html']);
    expect((await fetch(`${server.issuer}/jwks`)).status).toBe(200);
    server.breakEndpoint('jwks', { kind: 'redirect', location: 'https://elsewhere.test/', status: 307 });
    const redirect = await fetch(`${server.issuer}/jwks`, { redirect: 'manual' });
    expect([redirect.status, redirect.headers.get('location')]).toEqual([307, 'https://elsewhere.test/']);
    server.breakEndpoint('jwks', { kind: 'reply', status: 400, body: '{"error":"invalid_request"}' });
    expect(await (await fetch(`${server.issuer}/jwks`)).json()).toEqual({ error: 'invalid_request' });
  });

  it('hangs, drips, resets and floods', async () => {
    const uri = `${server.issuer}/jwks`;
    server.breakEndpoint('jwks', { kind: 'hang' });
    await expect(fetch(uri, { signal: AbortSignal.timeout(150) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    server.breakEndpoint('jwks', { kind: 'drip' });
    const dripping = await fetch(uri, { signal: AbortSignal.timeout(500) });
    expect(dripping.status).toBe(200);
    await expect(dripping.text()).rejects.toMatchObject({ name: 'TimeoutError' });
    server.breakEndpoint('jwks', { kind: 'reset' });
    await expect(fetch(uri)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    server.breakEndpoint('jwks', { kind: 'large', bytes: 50 * 1024 * 1024 });
    let length = 0;
    for await (const chunk of (await fetch(uri)).body ?? []) {
      length += chunk.length;
    }
    expect(length).toBe(50 * 1024 * 1024);
  });

  it('drops the connection after the provider has done its work', async () => {
    const first = refreshTokenOf(await redeem());
    server.breakEndpoint('token', { kind: 'reset', afterProcessing: true }, 1);
    await expect(refresh(first)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    await expect(refresh(first)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('changes what an endpoint answers', async () => {
    server.rewriteReply('discovery', (document) => ({
      ...document,
      code_challenge_methods_supported: ['plain'],
    }));
    expect((await discover()).code_challenge_methods_supported).toEqual(['plain']);
    server.rewriteReply('token', ({ expires_in: _dropped, ...rest }) => rest);
    expect(await redeem()).not.toHaveProperty('expires_in');
  });

  it('sends a wrong iss with the authorization response', async () => {
    server.rewriteAuthorizationResponse((uri) => uri.searchParams.set('iss', 'https://other.test'));
    await expect(redeem()).rejects.toThrow(/"iss"/);
  });

  it('tampers with ID Tokens, or makes them expire, or changes their claims under a valid signature', async () => {
    const idTokenOf = async () => {
      const { page, verifier } = await authorize();
      const reply = await exchange(page.finalUrl, verifier);
      const tokens = await oauth.processAuthorizationCodeResponse(metadata, publicClient, reply);
      await oauth.validateApplicationLevelSignature(metadata, reply, insecure);
      return oauth.getValidatedIdTokenClaims(tokens);
    };
    expect((await idTokenOf())?.sub).toBe('person-1815');
    server.rewriteIdToken((claims) => ({ ...claims, sub: 'changed' }));
    expect((await idTokenOf())?.sub).toBe('changed');
    server.rewriteIdToken('expired');
    await expect(idTokenOf()).rejects.toThrow(/exp/);
    server.rewriteIdToken('tampered');
    await expect(idTokenOf()).rejects.toThrow(/signature/i);
  });

  it('lets access tokens expire after the seconds asked for', async () => {
    const short = await startAuthorizationServer({ accessTokenLifetime: 1 });
    const previous = { server, metadata };
    try {
      server = short;
      metadata = await discover();
      const tokens = await redeem();
      expect(tokens.expires_in).toBe(1);
      await expect
        .poll(async () => (await userInfo(tokens.access_token)).status, { timeout: 5000 })
        .toBe(401);
    } finally {
      ({ server, metadata } = previous);
      await short.close();
    }
  });
});
