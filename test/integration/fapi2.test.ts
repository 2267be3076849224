import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientMetadata } from 'oidc-provider';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/host/clock.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { decodedJwt } from '../support/decoded-jwt.ts';

const CLIENT = 'bank-client';
const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const registered = newKey();

const client: ClientMetadata = {
  client_id: CLIENT,
  application_type: 'native',
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_signing_alg: 'ES256',
  dpop_bound_access_tokens: true,
  require_pushed_authorization_requests: true,
  jwks: { keys: [{ ...createPublicKey(registered).export({ format: 'jwk' }), kid: 'one' } as never] },
  redirect_uris: ['http://127.0.0.1/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
};
const features = {
  fapi: { enabled: true, profile: '2.0' },
  pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
  dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 7), requireNonce: () => true },
} as const;

let server: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  server = await startAuthorizationServer({ further: { clients: [client], features } });
});
afterAll(() => server.close());
beforeEach(() => {
  line = openCommandLine({ user: 'ada' });
});
afterEach(() => {
  server.restore();
  line.close();
});

function keyFile(key: KeyObject): string {
  const file = join(line.directory, 'client.key');
  writeFileSync(file, JSON.stringify({ ...key.export({ format: 'jwk' }), kid: 'one' }), { mode: 0o600 });
  return file;
}

const signIn = (...more: string[]) =>
  line.run(server.issuer, '--client-id', CLIENT, '--key-file', keyFile(registered), ...more);

const bound = ['--dpop', '--allow-http-loopback'];

/** The world an hour later, when the access token has expired. */
const later = { clock: { ...systemClock, now: () => new Date(Date.now() + 3_600_000) } };

const isNothingStored = () => {
  const accounts = join(line.directory, 'data', 'accounts');
  return !existsSync(accounts) || readdirSync(accounts).length === 0;
};

describe('a server with the FAPI 2.0 Security Profile (private_key_jwt and DPoP)', () => {
  it('is signed in to, asked who it is, and asked for new tokens', async () => {
    const before = server.requests.length;
    const signedIn = await signIn(...bound);
    expect(signedIn.exitCode, signedIn.stderr).toBe(0);
    expect((await line.run('whoami', server.issuer)).stdout).toMatch(/^ada /);
    const refreshed = await line.runIn(later, 'token', server.issuer, '--json');
    expect(refreshed.exitCode, refreshed.stderr).toBe(0);
    expect(JSON.parse(refreshed.stdout)).toMatchObject({ token_type: 'DPoP' });
    expect(await line.run('logout', server.issuer)).toMatchObject({ exitCode: 0 });

    const since = server.requests.slice(before);
    // §5.3.3: the request is pushed, and its reply is all that the browser brings.
    const asked = since.filter(
      ({ endpoint, query }) => endpoint === 'authorization' && query.has('client_id'),
    );
    expect(asked.map(({ query }) => [...query.keys()].sort())).toEqual([['client_id', 'request_uri']]);
    const pushed = since.filter(({ endpoint }) => endpoint === 'pushed_authorization').at(-1);
    expect(pushed?.form.get('code_challenge_method')).toBe('S256');
    // Each request of the client is signed by its key, and made out to the issuer alone.
    const byClient = since.filter(({ endpoint }) =>
      ['pushed_authorization', 'token', 'revocation'].includes(endpoint),
    );
    expect(byClient.length).toBeGreaterThanOrEqual(4);
    for (const { form } of byClient) {
      const { header, claims } = decodedJwt(form.get('client_assertion') ?? '');
      expect([header.alg, claims.aud, claims.iss]).toEqual(['ES256', server.issuer, CLIENT]);
    }
    // Each request for tokens and of an API has a proof of one key.
    const proofs = since
      .filter(({ endpoint }) => endpoint === 'token' || endpoint === 'userinfo')
      .map(({ headers }) => decodedJwt(String(headers.dpop)));
    expect(new Set(proofs.map(({ header }) => JSON.stringify(header.jwk))).size).toBe(1);
    expect(new Set(proofs.map(({ claims }) => claims.jti)).size).toBe(proofs.length);
  });

  it('refuses a client with another key (exit 5), and nothing is stored', async () => {
    const file = keyFile(newKey());
    const ran = await line.run(server.issuer, '--client-id', CLIENT, '--key-file', file, ...bound);
    expect(ran).toMatchObject({ exitCode: 5, stdout: '' });
    expect(isNothingStored()).toBe(true);
  });

  it.each([
    [
      'another issuer in the authorization response',
      () => server.rewriteAuthorizationResponse((uri) => uri.searchParams.set('iss', 'https://evil.example')),
    ],
    [
      'no issuer in the authorization response',
      () => server.rewriteAuthorizationResponse((uri) => uri.searchParams.delete('iss')),
    ],
    ['a bearer token', () => server.rewriteReply('token', (body) => ({ ...body, token_type: 'Bearer' }))],
    ['an ID Token that was tampered with', () => server.rewriteIdToken('tampered')],
    [
      'an ID Token for another client too, with no word of who asked',
      () => server.rewriteIdToken((claims) => ({ ...claims, aud: [CLIENT, 'other'], azp: undefined })),
    ],
    [
      'an ID Token with another nonce',
      () => server.rewriteIdToken((claims) => ({ ...claims, nonce: 'another' })),
    ],
  ])('is not trusted with %s (exit 6), and nothing is stored', async (_what, spoil) => {
    spoil();
    expect(await signIn(...bound)).toMatchObject({ exitCode: 6, stdout: '' });
    expect(isNothingStored()).toBe(true);
  });
});

describe('a server with FAPI 2.0 Message Signing besides', () => {
  let signing: AuthorizationServer;

  beforeAll(async () => {
    signing = await startAuthorizationServer({
      further: {
        clients: [{ ...client, require_signed_request_object: true }],
        features: {
          ...features,
          requestObjects: { enabled: true, requireSignedRequestObject: true } as never,
          jwtResponseModes: { enabled: true },
        },
      },
    });
  });
  afterAll(() => signing.close());

  it('gets signed requests, and its signed responses are verified', async () => {
    const file = ['--key-file', keyFile(registered)];
    const before = signing.requests.length;
    const ran = await line.run(
      signing.issuer,
      '--client-id',
      CLIENT,
      ...file,
      ...bound,
      '--response-mode',
      'jwt',
    );
    expect(ran.exitCode, ran.stderr).toBe(0);
    const pushed = signing.requests.slice(before).find(({ endpoint }) => endpoint === 'pushed_authorization');
    const { header, claims } = decodedJwt(pushed?.form.get('request') ?? '');
    expect([header.alg, claims.aud, claims.iss, claims.response_mode]).toEqual([
      'ES256',
      signing.issuer,
      CLIENT,
      'jwt',
    ]);
    // The signed object alone says where the answer goes.
    expect(
      [...(pushed?.form.keys() ?? [])].filter((name) => /^(?:redirect_uri|state|code_challenge)$/.test(name)),
    ).toEqual([]);
    expect((await line.run('whoami', signing.issuer)).stdout).toMatch(/^ada /);
  });
});
