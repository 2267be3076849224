import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import * as library from 'oauth4webapi';
import { describe, expect, it } from 'vitest';
import { OAuthLoginError } from '../../../src/ground/errors.ts';
import type { TokenEndpoint } from '../../../src/protocol/token-endpoint.ts';
import { verifyIdToken } from '../../../src/protocol/verify-id-token.ts';
import { openidProvider } from '../../../src/providers/openid.ts';
import type { ResolvedProvider } from '../../../src/providers/provider.ts';

const [one, two, three] = [0, 1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 })) as [
  Pair,
  Pair,
  Pair,
];
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' });

interface Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwk = ({ publicKey }: Pair, more: object = {}) => ({ ...publicKey.export({ format: 'jwk' }), ...more });
const issuer = 'https://as.example';

function signed(key: Pair, header: Record<string, unknown> = {}, more: Record<string, unknown> = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, sub: 'ada', aud: 'client', iat: now, exp: now + 60, ...more };
  const isEc = key.privateKey.asymmetricKeyType === 'ec';
  const input = `${encode({ alg: isEc ? 'ES256' : 'RS256', ...header })}.${encode(claims)}`;
  const signature = createSign('sha256')
    .update(input)
    .sign({ key: key.privateKey, dsaEncoding: 'ieee-p1363' }, 'base64url');
  return `${input}.${signature}`;
}

/** What comes of an ID Token where the endpoint of the keys answers so. */
function verify(idToken: string, keys: Response | readonly unknown[], algorithms?: readonly string[]) {
  const provider: ResolvedProvider = {
    ...openidProvider('work', 'Work', issuer),
    discovered: [],
    metadata: {
      issuer,
      jwks_uri: `${issuer}/keys`,
      ...(algorithms === undefined ? {} : { id_token_signing_alg_values_supported: [...algorithms] }),
    },
  };
  const endpoint: TokenEndpoint = {
    provider,
    client: { clientId: 'client', clientAuthentication: 'none' },
    fetch: async () => (keys instanceof Response ? keys : Response.json({ keys })),
    allowHttpLoopback: false,
    now: () => new Date(),
    requestedScopes: [],
  };
  const expected = { accessToken: 'at', client: { client_id: 'client' }, now: new Date() };
  return verifyIdToken(library, endpoint, { idToken, ...expected });
}

describe('the keys of an issuer', () => {
  it.each<readonly [string, string, readonly unknown[]]>([
    ['several without kid', signed(two), [jwk(one), jwk(two), jwk(three)]],
    ['several, and none named in the token', signed(two), [jwk(one, { kid: '1' }), jwk(two, { kid: '2' })]],
    ['several with one kid', signed(two, { kid: '1' }), [jwk(one, { kid: '1' }), jwk(two, { kid: '1' })]],
    ['several without kid, and one named in the token', signed(two, { kid: '2' }), [jwk(one), jwk(two)]],
    ['the same key twice', signed(one, { kid: '1' }), [jwk(one, { kid: '1' }), jwk(one, { kid: '1' })]],
    ['the same key with and without its algorithm', signed(one), [jwk(one), jwk(one, { alg: 'RS256' })]],
    [
      'keys of other kinds beside it',
      signed(curve),
      [jwk(one), jwk(curve), { kty: 'OKP', crv: 'X25519', x: 'AA' }],
    ],
    [
      'malformed, private, symmetric and foreign ones beside it',
      signed(one),
      [
        { kty: 'RSA' },
        { kty: 'RSA', n: '%%', e: 'AQAB' },
        { kty: 'RSA', n: 7, e: {} },
        { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' },
        { ...two.privateKey.export({ format: 'jwk' }) },
        { kty: 'oct', k: 'c2VjcmV0' },
        null,
        7,
        [],
        { ...jwk(three), key_ops: 'verify' },
        jwk(one),
      ],
    ],
  ])('%s: the one that fits is found', async (_what, idToken, keys) => {
    expect(await verify(idToken, keys)).toMatchObject({ sub: 'ada' });
  });

  it.each<readonly [string, string, readonly unknown[]]>([
    ['none', signed(one), []],
    ['another key only', signed(one), [jwk(two)]],
    ['another kid only', signed(one, { kid: '1' }), [jwk(one, { kid: '2' })]],
    ['a key for encryption', signed(one), [jwk(one, { use: 'enc' })]],
    [
      'a key that is published with its private part',
      signed(one),
      [one.privateKey.export({ format: 'jwk' })],
    ],
    [
      'malformed ones only',
      signed(one),
      [
        { kty: 'RSA', n: '', e: 'AQAB' },
        { kty: 'RSA', n: 'AQ', e: '%' },
      ],
    ],
  ])('%s: refused, exit 6', async (_what, idToken, keys) => {
    await expect(verify(idToken, keys)).rejects.toMatchObject({
      code: 'protocol_invalid_id_token',
      exitCode: 6,
      hint: expect.not.stringContaining('clock'),
    });
  });

  it.each<readonly [Response, number, string]>([
    [
      new Response('{"error":"busy"}', { status: 503, headers: { 'content-type': 'application/json' } }),
      7,
      '503',
    ],
    [new Response('', { status: 429, headers: { 'retry-after': '9' } }), 7, '429'],
    [new Response('gone', { status: 404 }), 6, 'status 404'],
    [new Response('<html>', { headers: { 'content-type': 'text/html' } }), 6, 'no JSON Web Key Set'],
    [Response.json({ keys: { a: 1 } }), 6, 'no JSON Web Key Set'],
    [Response.json(null), 6, 'no JSON Web Key Set'],
    [new Response(`{"keys":${'['.repeat(5000)}${']'.repeat(5000)}}`), 6, 'no usable key'],
  ])('a fault of their endpoint is told as its own (%#)', async (reply, exitCode, words) => {
    const error = await verify(signed(one), reply).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OAuthLoginError);
    expect(error).toMatchObject({ exitCode });
    expect(String(error)).toContain('the endpoint of the keys (jwks_uri) of Work');
    expect(String(error)).toContain(words);
    expect(String(error)).not.toContain('token endpoint');
  });
});

describe('T43 the algorithm where none is announced', () => {
  it('may be any safe one, and one that is announced where some are', async () => {
    expect(await verify(signed(curve), [jwk(curve)])).toMatchObject({ sub: 'ada' });
    expect(await verify(signed(curve), [jwk(curve)], ['ES256'])).toMatchObject({ sub: 'ada' });
    await expect(verify(signed(curve), [jwk(curve)], ['RS256'])).rejects.toMatchObject({ exitCode: 6 });
  });

  it.each(['HS256', 'none', 'None', '', 'RS1'])('is never %j, announced or not', async (alg) => {
    for (const algorithms of [undefined, [alg], ['RS256', alg]]) {
      await expect(verify(signed(one, { alg }), [jwk(one)], algorithms)).rejects.toMatchObject({
        exitCode: 6,
      });
    }
  });
});

describe('T44 the kind of a token that is given as an ID Token', () => {
  it.each(['at+jwt', 'application/at+jwt', 'logout+jwt', 'Secevent+JWT', 'dpop+jwt'])(
    '%s is refused',
    async (typ) => {
      await expect(verify(signed(one, { typ }), [jwk(one)])).rejects.toMatchObject({
        code: 'protocol_invalid_id_token',
        message: expect.stringContaining(typ),
      });
    },
  );

  it.each([undefined, 'JWT', 'jwt', 'application/jwt', 'ID'])('%s is taken', async (typ) => {
    expect(await verify(signed(one, { typ }), [jwk(one)])).toMatchObject({ sub: 'ada' });
  });
});

describe('the reason that is told', () => {
  const now = Math.floor(Date.now() / 1000);
  it.each<readonly [Record<string, unknown>, RegExp, boolean]>([
    [{ exp: now - 3600 }, /has expired/, true],
    [{ nbf: now + 3600 }, /not valid yet/, true],
    [{ iat: now + 3600 }, /in the future/, true],
    [{ aud: 'another' }, /not for this client/, false],
    [{ iss: 'https://another.example' }, /a different issuer/, false],
    [{ aud: undefined }, /no aud/, false],
    [{ exp: 'soon' }, /exp/, false],
  ])('%j: %s, with the clock: %s', async (claims, words, isTime) => {
    const error = await verify(signed(one, {}, claims), [jwk(one)]).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'protocol_invalid_id_token', message: expect.stringMatching(words) });
    expect(String(Object(error).hint).includes('clock')).toBe(isTime);
  });
});
