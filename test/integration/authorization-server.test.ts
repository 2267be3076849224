import { get, type IncomingMessage } from 'node:http';
import * as oauth from 'oauth4webapi';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { playUserAgent } from '../../src/demo/http-user-agent.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import {
  confidentialClient,
  insecure,
  openRelyingParty,
  publicClient,
  type RelyingParty,
  refreshTokenOf,
} from '../support/relying-party.ts';

const { clientSecret } = confidentialClient;

let server: AuthorizationServer;
let party: RelyingParty;

beforeAll(async () => {
  server = await startAuthorizationServer({
    accessTokenLifetime: 60,
    confidentialClients: [confidentialClient],
  });
  party = await openRelyingParty(server.issuer);
});
afterEach(() => {
  server.restore();
  expect(server.errors).toEqual([]);
});
afterAll(async () => {
  party.close();
  await server.close();
});

describe('the authorization server of the tests and the demo', () => {
  it('signs in whoever the person chooses, with a validated ID Token and UserInfo', async () => {
    for (const person of server.users) {
      const tokens = await party.redeem({ user: person.username });
      const claims = oauth.getValidatedIdTokenClaims(tokens);
      expect(claims?.sub).toBe(person.sub);
      const profile = await oauth.processUserInfoResponse(
        party.metadata,
        publicClient,
        person.sub,
        await party.userInfo(tokens.access_token),
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
    const { page } = await party.authorize({ user: 'grace', password: 'nanoseconds' });
    expect(page.title).toBe('received');
    const refused = await party.authorize({ user: 'grace', password: 'nanosecond' });
    expect(refused.page).toMatchObject({ status: 422, title: 'Not signed in: name or password is wrong' });
  });

  it('promises and sends iss with every authorization response (RFC 9207)', async () => {
    expect(party.metadata.authorization_response_iss_parameter_supported).toBe(true);
    expect((await party.authorize()).response.get('iss')).toBe(server.issuer);
    expect((await party.authorize({ consent: false })).response.get('iss')).toBe(server.issuer);
  });

  it('answers a refusal with access_denied', async () => {
    const { response } = await party.authorize({ consent: false });
    expect(response.get('error')).toBe('access_denied');
    expect(response.get('state')).toBe('the-state');
    expect(response.has('code')).toBe(false);
  });

  it('supports S256 only, and refuses a request without PKCE, public or confidential', async () => {
    expect(party.metadata.code_challenge_methods_supported).toEqual(['S256']);
    for (const client of ['demo', 'confidential']) {
      const without = await party.authorize({
        client,
        parameters: { code_challenge: undefined, code_challenge_method: undefined },
      });
      expect(without.response.get('error')).toBe('invalid_request');
    }
    const plain = await party.authorize({ parameters: { code_challenge_method: 'plain' } });
    expect(plain.response.get('error')).toBe('invalid_request');
  });

  it('refuses a wrong code_verifier, and a code that comes a second time', async () => {
    const { page, verifier } = await party.authorize();
    const tokensFor = async (codeVerifier: string) =>
      oauth.processAuthorizationCodeResponse(
        party.metadata,
        publicClient,
        await party.exchange(page.finalUrl, codeVerifier),
      );
    await expect(tokensFor(oauth.generateRandomCodeVerifier())).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    const tokens = await tokensFor(verifier);
    await expect(tokensFor(verifier)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect((await party.userInfo(tokens.access_token)).status).toBe(401);
  });

  it('shows its own page, and sends nothing, for a redirect URI that is not registered', async () => {
    const { page } = await party.authorize({ parameters: { redirect_uri: 'http://127.0.0.1/elsewhere' } });
    expect(page).toMatchObject({ status: 400, title: 'This request cannot be answered' });
    expect(new URL(page.finalUrl).origin).toBe(server.issuer);
  });

  it('gives a refresh token only for offline_access, and that only with prompt=consent', async () => {
    const without = await party.redeem({ parameters: { scope: 'openid' } });
    expect(without.refresh_token).toBeUndefined();
    const unprompted = await party.redeem({ parameters: { prompt: undefined } });
    expect(unprompted.refresh_token).toBeUndefined();
    expect(unprompted.scope).not.toContain('offline_access');
  });

  it('wants the secret of a confidential client', async () => {
    const client: oauth.Client = { client_id: 'confidential' };
    const tokens = await party.redeem(
      { client: 'confidential' },
      oauth.ClientSecretBasic(clientSecret),
      client,
    );
    expect(tokens.access_token).toEqual(expect.any(String));
    await expect(
      party.redeem({ client: 'confidential' }, oauth.ClientSecretBasic('not-the-secret'), client),
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
    const first = refreshTokenOf(await party.redeem());
    const second = refreshTokenOf(await party.refresh(first));
    const third = refreshTokenOf(await party.refresh(second));
    expect(new Set([first, second, third]).size).toBe(3);
  });

  it('revokes the whole family when a used one comes back', async () => {
    const tokens = await party.redeem();
    const first = refreshTokenOf(tokens);
    const rotated = await party.refresh(first);
    await expect(party.refresh(first)).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(party.refresh(refreshTokenOf(rotated))).rejects.toMatchObject({ error: 'invalid_grant' });
    expect((await party.userInfo(tokens.access_token)).status).toBe(401);
    expect((await party.userInfo(rotated.access_token)).status).toBe(401);
  });
});

describe('revocation and introspection', () => {
  const introspect = async (token: string) =>
    oauth.processIntrospectionResponse(
      party.metadata,
      publicClient,
      await oauth.introspectionRequest(party.metadata, publicClient, oauth.None(), token, insecure),
    );
  const revoke = async (token: string) =>
    oauth.processRevocationResponse(
      await oauth.revocationRequest(party.metadata, publicClient, oauth.None(), token, insecure),
    );

  it('tells a live token from a revoked one', async () => {
    const { access_token: accessToken } = await party.redeem();
    expect(await introspect(accessToken)).toMatchObject({ active: true, sub: 'person-1815' });
    await revoke(accessToken);
    expect(await introspect(accessToken)).toEqual({ active: false });
    expect((await party.userInfo(accessToken)).status).toBe(401);
  });

  it('ends the access tokens too when the refresh token is revoked', async () => {
    const tokens = await party.redeem();
    await revoke(refreshTokenOf(tokens));
    expect(await introspect(tokens.access_token)).toEqual({ active: false });
    await expect(party.refresh(refreshTokenOf(tokens))).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('answers nothing about tokens of another client', async () => {
    const tokens = await party.redeem({ client: 'confidential' }, oauth.ClientSecretBasic(clientSecret), {
      client_id: 'confidential',
    });
    expect(await introspect(tokens.access_token)).toEqual({ active: false });
  });
});

describe('device authorization', () => {
  it('waits for the person, and then gives tokens (RFC 8628)', async () => {
    const start = async () =>
      oauth.processDeviceAuthorizationResponse(
        party.metadata,
        publicClient,
        await oauth.deviceAuthorizationRequest(
          party.metadata,
          publicClient,
          oauth.None(),
          { scope: 'openid profile' },
          insecure,
        ),
      );
    const poll = async (deviceCode: string) =>
      oauth.processDeviceCodeResponse(
        party.metadata,
        publicClient,
        await oauth.deviceCodeGrantRequest(party.metadata, publicClient, oauth.None(), deviceCode, insecure),
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
