import { createHmac, createPublicKey, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type AuthorizationServer,
  type JsonObject,
  signWithServerKey,
  startAuthorizationServer,
} from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { signInAt } from '../support/sign-in.ts';
import { serveHttp } from '../support/tls.ts';
import { accountFiles } from '../support/written-files.ts';

let server: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  server = await startAuthorizationServer();
});
afterAll(() => server.close());
beforeEach(() => {
  line = closeAfterTest(openCommandLine({ user: 'ada' }));
});
afterEach(() => server.restore());

const signIn = (...more: string[]) => signInAt(server, line, ...more);

const encode = (value: string | JsonObject) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const decode = (part = ''): JsonObject => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));

describe('T43 tricks with the algorithm of the ID Token, through the whole sign-in', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let serverKey: KeyObject;
  let keyId: string;
  let attacker: Awaited<ReturnType<typeof serveHttp>>;

  beforeAll(async () => {
    const { keys }: { keys: Record<string, string>[] } = JSON.parse(
      await (await fetch(`${server.issuer}/jwks`)).text(),
    );
    serverKey = createPublicKey({ key: keys[0] ?? {}, format: 'jwk' });
    keyId = keys[0]?.kid ?? '';
    attacker = await serveHttp((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ keys: [{ ...rsa.publicKey.export({ format: 'jwk' }), kid: keyId, alg: 'RS256' }] }),
      );
    });
  });
  afterAll(() => attacker.close());

  const signed = (header: JsonObject, claims: JsonObject, key: KeyObject) => {
    const input = `${encode(header)}.${encode(claims)}`;
    const signature = createSign('sha256')
      .update(input)
      .sign({ key, dsaEncoding: 'ieee-p1363' }, 'base64url');
    return `${input}.${signature}`;
  };
  const hmac = (claims: JsonObject, secret: string | Buffer) => {
    const input = `${encode({ alg: 'HS256', kid: keyId })}.${encode(claims)}`;
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
  };
  const rs256 = () => ({ alg: 'RS256', typ: 'JWT', kid: keyId });
  const lastOf = (token: string) => {
    // The last character of a signature of 256 bytes has four bits that decode to nothing.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    return `${token.slice(0, -1)}${alphabet[alphabet.indexOf(token.at(-1) ?? '') | 1]}`;
  };

  it.each<readonly [string, (claims: JsonObject, original: string) => string]>([
    ['alg none', (claims) => `${encode({ alg: 'none' })}.${encode(claims)}.`],
    [
      'alg nOnE, with a signature',
      (claims, original) =>
        `${encode({ alg: 'nOnE', kid: keyId })}.${encode(claims)}.${original.split('.')[2]}`,
    ],
    ['no alg', (claims, original) => `${encode({ kid: keyId })}.${encode(claims)}.${original.split('.')[2]}`],
    [
      'HS256 with the public key in PEM',
      (claims) => hmac(claims, serverKey.export({ type: 'spki', format: 'pem' })),
    ],
    [
      'HS256 with the public key in DER',
      (claims) => hmac(claims, serverKey.export({ type: 'spki', format: 'der' })),
    ],
    [
      'HS256 with the modulus',
      (claims) => hmac(claims, Buffer.from(String(serverKey.export({ format: 'jwk' }).n), 'base64url')),
    ],
    ['HS256 with the client identifier', (claims) => hmac(claims, server.clientId)],
    [
      'a key of its own in jwk',
      (claims) =>
        signed({ ...rs256(), jwk: rsa.publicKey.export({ format: 'jwk' }) }, claims, rsa.privateKey),
    ],
    [
      'a key of its own behind jku',
      (claims) => signed({ ...rs256(), jku: `${attacker.origin}/jwks` }, claims, rsa.privateKey),
    ],
    [
      'a certificate of its own behind x5u',
      (claims) => signed({ ...rs256(), x5u: `${attacker.origin}/x5` }, claims, rsa.privateKey),
    ],
    ['another kid', (claims) => signed({ ...rs256(), kid: 'other' }, claims, rsa.privateKey)],
    ['another key under our kid', (claims) => signed(rs256(), claims, rsa.privateKey)],
    ['RS256 in the header and an EC key', (claims) => signed(rs256(), claims, ec.privateKey)],
    [
      'ES256 and an EC key under our kid',
      (claims) => signed({ ...rs256(), alg: 'ES256' }, claims, ec.privateKey),
    ],
    [
      'PS256 in the header over an RS256 signature',
      (claims) => signWithServerKey({ ...rs256(), alg: 'PS256' }, claims),
    ],
    [
      'RS512 in the header over an RS256 signature',
      (claims) => signWithServerKey({ ...rs256(), alg: 'RS512' }, claims),
    ],
    ['crit, rightly signed', (claims) => signWithServerKey({ ...rs256(), crit: ['exp'] }, claims)],
    [
      'crit with b64, rightly signed',
      (claims) => signWithServerKey({ ...rs256(), crit: ['b64'], b64: false }, claims),
    ],
    [
      'alg twice, none last',
      (claims, original) =>
        `${encode(`{"alg":"RS256","kid":"${keyId}","alg":"none"}`)}.${encode(claims)}.${original.split('.')[2]}`,
    ],
    [
      'five parts',
      (claims, original) =>
        `${encode({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.a.b.${encode(claims)}.${original.split('.')[2]}`,
    ],
    ['a part too many', (_claims, original) => `${original}.${encode('{}')}`],
    ['a part missing', (_claims, original) => original.split('.').slice(0, 2).join('.')],
    ['another spelling of its signature', (_claims, original) => lastOf(original)],
    ['padding', (_claims, original) => `${original}==`],
    ['a line break behind it', (_claims, original) => `${original}\n`],
    [
      'more than 64 KiB, rightly signed',
      (claims) => signWithServerKey(rs256(), { ...claims, more: 'x'.repeat(70_000) }),
    ],
    [
      'claims that are no object',
      (_claims, original) => `${original.split('.')[0]}.${encode('[]')}.${original.split('.')[2]}`,
    ],
  ])('%s is refused, and nothing stored', async (_trick, forge) => {
    server.rewriteReply('token', (body) => {
      const original = String(body.id_token);
      return { ...body, id_token: forge(decode(original.split('.')[1]), original) };
    });
    const error = errorOf(await signIn('--json'));
    expect([error.exit_code, error.code]).toEqual([6, expect.stringMatching(/^protocol_/)]);
    expect(accountFiles(line)).toEqual([]);
    expect(attacker.connections()).toBe(0);
    expectNoSecrets(line.everythingSaid(), server.issuedSecrets());
  });

  it('and what they are made from is accepted', async () => {
    server.rewriteReply('token', (body) => {
      const claims = decode(String(body.id_token).split('.')[1]);
      return { ...body, id_token: signWithServerKey(rs256(), claims) };
    });
    expect((await signIn()).exitCode).toBe(0);
    expect(accountFiles(line)).toHaveLength(1);
  });

  it('a weak or foreign key in the JWK Set verifies nothing', async () => {
    const { n, e } = rsa.publicKey.export({ format: 'jwk' });
    for (const keys of [
      [{ kty: 'oct', k: encode('secret'), kid: keyId }],
      [{ kty: 'RSA', n, e, kid: keyId }],
      [],
    ]) {
      server.rewriteReply('jwks', () => ({ keys }));
      expect(errorOf(await signIn('--json')).exit_code).toBe(6);
    }
    expect(accountFiles(line)).toEqual([]);
  });
});
