import * as oauth from 'oauth4webapi';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import {
  confidentialClient,
  discover,
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

describe('the switches of the tests', () => {
  it('records requests as they came and counts them', async () => {
    const before = server.hits('token');
    await party.redeem();
    expect(server.hits('token')).toBe(before + 1);
    const request = server.requestsTo('token').at(-1);
    expect(request).toMatchObject({ method: 'POST', path: '/token' });
    expect(request?.form.get('grant_type')).toBe('authorization_code');
    expect(request?.form.get('redirect_uri')).toBe(party.redirectUri);
  });

  it('collects what was issued, by kind', async () => {
    const tokens = await party.redeem();
    const { page } = await party.authorize();
    expect(server.issuedSecrets()).toEqual(
      expect.arrayContaining([
        tokens.access_token,
        refreshTokenOf(tokens),
        tokens.id_token,
        new URL(page.finalUrl).searchParams.get('code'),
        clientSecret,
      ]),
    );
    expect(server.issuedSecrets('access_token')).toContain(tokens.access_token);
    expect(server.issuedSecrets('access_token')).not.toContain(refreshTokenOf(tokens));
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
    const first = refreshTokenOf(await party.redeem());
    server.breakEndpoint('token', { kind: 'reset', afterProcessing: true }, 1);
    await expect(party.refresh(first)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    await expect(party.refresh(first)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('changes what an endpoint answers', async () => {
    server.rewriteReply('discovery', (document) => ({
      ...document,
      code_challenge_methods_supported: ['plain'],
    }));
    expect((await discover(server.issuer)).code_challenge_methods_supported).toEqual(['plain']);
    server.rewriteReply('token', ({ expires_in: _dropped, ...rest }) => rest);
    expect(await party.redeem()).not.toHaveProperty('expires_in');
  });

  it('sends a wrong iss with the authorization response', async () => {
    server.rewriteAuthorizationResponse((uri) => uri.searchParams.set('iss', 'https://other.test'));
    await expect(party.redeem()).rejects.toThrow(/"iss"/);
  });

  it('tampers with ID Tokens, or makes them expire, or changes their claims under a valid signature', async () => {
    const idTokenOf = async () => {
      const { page, verifier } = await party.authorize();
      const reply = await party.exchange(page.finalUrl, verifier);
      const tokens = await oauth.processAuthorizationCodeResponse(party.metadata, publicClient, reply);
      await oauth.validateApplicationLevelSignature(party.metadata, reply, insecure);
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
    const short = closeAfterTest(await startAuthorizationServer({ accessTokenLifetime: 1 }));
    const visitor = closeAfterTest(await openRelyingParty(short.issuer));
    const tokens = await visitor.redeem();
    expect(tokens.expires_in).toBe(1);
    await expect.poll(async () => (await visitor.userInfo(tokens.access_token)).status).toBe(401);
  });
});
