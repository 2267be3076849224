import {
  createHash,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  verify,
} from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { playUserAgent } from '../../src/demo/http-user-agent.ts';
import { systemClock } from '../../src/host/clock.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { configurationOf, writeConfiguration } from '../support/configuration-file.ts';
import { decodedJwt } from '../support/decoded-jwt.ts';
import { standardInput } from '../support/standard-input.ts';

const SECRET = 'a-client-secret-that-is-at-least-32-bytes-long';
const redirectUris = ['http://127.0.0.1/callback'];
const grantTypes = ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'];

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const publicJwk = (key: typeof ec, more: JsonWebKey = {}) => ({
  ...createPublicKey(key).export({ format: 'jwk' }),
  ...more,
});

let server: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  const keyed = (clientId: string, keys: readonly JsonWebKey[]) => ({
    client_id: clientId,
    application_type: 'native' as const,
    token_endpoint_auth_method: 'private_key_jwt' as const,
    jwks: { keys },
    redirect_uris: redirectUris,
    grant_types: grantTypes,
    response_types: ['code' as const],
  });
  server = await startAuthorizationServer({
    further: {
      clients: [
        keyed('keyed', [publicJwk(ec, { kid: 'one', use: 'sig' })] as never),
        {
          ...keyed('machine', [publicJwk(ec, { kid: 'one', use: 'sig' })] as never),
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
        },
        keyed('keyed-rsa', [publicJwk(rsa, { use: 'sig' })] as never),
        {
          ...keyed('secret-jwt', []),
          jwks: undefined,
          token_endpoint_auth_method: 'client_secret_jwt',
          client_secret: SECRET,
        } as never,
      ],
      features: { pushedAuthorizationRequests: { enabled: true }, clientCredentials: { enabled: true } },
    },
  });
});
afterAll(() => server.close());
beforeEach(() => {
  line = openCommandLine({ user: 'ada' });
});
afterEach(() => {
  server.restore();
  line.close();
});

function keyFile(content: string | Buffer): string {
  const file = join(line.directory, 'client.key');
  writeFileSync(file, content, { mode: 0o600 });
  return file;
}

const jwkFile = (key = ec, more: JsonWebKey = { kid: 'one' }) =>
  keyFile(JSON.stringify({ ...key.export({ format: 'jwk' }), ...more }));

/** The world an hour later, when the access token has expired. */
const later = { clock: { ...systemClock, now: () => new Date(Date.now() + 3_600_000) } };

const signIn = (client: string, ...more: string[]) =>
  line.run(server.issuer, '--client-id', client, '--allow-http-loopback', ...more);

/** The assertions that these endpoints got since then. */
const assertions = (before: number, endpoint: 'token' | 'pushed_authorization' | 'revocation') =>
  server.requests
    .slice(before)
    .filter((request) => request.endpoint === endpoint)
    .map(({ form }) => form.get('client_assertion') ?? '');

describe('private_key_jwt at a sign-in', () => {
  it.each([
    ['a JWK', () => jwkFile(), 'keyed', 'ES256'],
    ['PEM', () => keyFile(rsa.export({ type: 'pkcs8', format: 'pem' })), 'keyed-rsa', 'RS256'],
    ['PEM of PKCS#1', () => keyFile(rsa.export({ type: 'pkcs1', format: 'pem' })), 'keyed-rsa', 'RS256'],
  ] as const)('signs with %s: the code, the refresh and the revocation', async (_what, file, client, alg) => {
    const before = server.requests.length;
    const outcome = await signIn(client, '--key-file', file());
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    // The file may be gone by now.
    keyFile('');
    expect(await line.runIn(later, 'token', server.issuer)).toMatchObject({ exitCode: 0 });
    expect(await line.run('logout', server.issuer)).toMatchObject({ exitCode: 0 });
    const sent = [...assertions(before, 'token'), ...assertions(before, 'revocation')];
    expect(sent.length).toBeGreaterThanOrEqual(4);
    expect(new Set(sent.map((assertion) => decodedJwt(assertion).claims.jti)).size).toBe(sent.length);
    for (const assertion of sent) {
      const { header, claims } = decodedJwt(assertion);
      expect(header.alg).toBe(alg);
      expect(claims).toMatchObject({ iss: client, sub: client, aud: server.issuer });
      expect(Number(claims.exp) - Number(claims.iat)).toBeLessThanOrEqual(300);
    }
    for (const { form, headers } of server.requests.slice(before).filter(({ method }) => method === 'POST')) {
      expect(form.has('client_secret')).toBe(false);
      expect(headers.authorization ?? '').not.toMatch(/^Basic/);
    }
    expectNoSecrets(line.everythingSaid(), [ec.export({ format: 'jwk' }).d ?? '', ...sent]);
  });

  it('signs a pushed authorization request as well', async () => {
    const before = server.requests.length;
    const outcome = await signIn('keyed', '--key-file', jwkFile(), '--par');
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(assertions(before, 'pushed_authorization').map((one) => decodedJwt(one).claims.aud)).toEqual([
      server.issuer,
    ]);
  });

  it('signs with the key of the configuration, and is remembered for the next sign-in', async () => {
    const own = { issuer: server.issuer, client_id: 'keyed' };
    writeConfiguration(line, { providers: { work: { ...own, client_key_file: jwkFile() } } });
    expect(await line.run('work', '--allow-http-loopback')).toMatchObject({ exitCode: 0 });
    writeConfiguration(line, { providers: { work: own } });
    expect(await line.run('work', '--allow-http-loopback')).toMatchObject({ exitCode: 0 });
  });

  it('signs a grant without a person, with the key that is configured', async () => {
    const own = { issuer: server.issuer, client_id: 'machine', client_authentication: 'private_key_jwt' };
    writeConfiguration(line, { providers: { work: { ...own, client_key_file: jwkFile() } } });
    const before = server.requests.length;
    const argv = ['token', 'work', '--grant', 'client-credentials', '--allow-http-loopback'];
    const outcome = await line.run(...argv);
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(assertions(before, 'token').map((one) => decodedJwt(one).claims.iss)).toEqual(['machine']);
  });

  it('goes on in a second call', async () => {
    const argv = ['login', server.issuer, '--client-id', 'keyed', '--allow-http-loopback'];
    const begun = await line.run(...argv, '--key-file', jwkFile(), '--no-wait', '--json');
    const { id, authorization_url } = JSON.parse(begun.stdout);
    keyFile('');
    const isRedirect = ({ pathname }: URL) => pathname === '/callback';
    const page = await playUserAgent(authorization_url, {
      user: 'ada',
      consent: true,
      outOfReach: isRedirect,
    });
    const stdin = standardInput(`${page.finalUrl}\n`);
    const resumed = await line.runIn({ stdin }, 'login', '--resume', id, '--json');
    expect(resumed.exitCode, resumed.stderr).toBe(0);
  });

  it('names the token endpoint where the provider is known to want that', async () => {
    const own = { issuer: server.issuer, client_id: 'keyed', quirks: ['assertion-for-token-endpoint'] };
    writeConfiguration(line, { providers: { work: { ...own, client_key_file: jwkFile() } } });
    const before = server.requests.length;
    expect(await line.run('work', '--allow-http-loopback')).toMatchObject({ exitCode: 0 });
    expect(await line.runIn(later, 'token', 'work')).toMatchObject({ exitCode: 0 });
    const audiences = assertions(before, 'token').map((one) => decodedJwt(one).claims.aud);
    expect(audiences).toEqual([`${server.issuer}/token`, `${server.issuer}/token`]);
  });

  it('with a key that is not registered is refused, exit 5, and nothing is stored', async () => {
    const outcome = await signIn('keyed', '--key-file', jwkFile(other, {}), '--json');
    const error = errorOf(outcome);
    expect(error).toMatchObject({ code: 'as_invalid_client', exit_code: 5 });
    expect(error.hint).toContain('assertion-for-token-endpoint');
    expect((await line.run('status', '--json')).stdout).toContain('"accounts": []');
  });

  it('signs by an algorithm that the server lists', async () => {
    server.rewriteReply('discovery', (document) => ({
      ...document,
      token_endpoint_auth_signing_alg_values_supported: ['PS256', 'ES384'],
    }));
    const before = server.requests.length;
    const outcome = await signIn(
      'keyed-rsa',
      '--key-file',
      keyFile(rsa.export({ type: 'pkcs8', format: 'pem' })),
    );
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(decodedJwt(assertions(before, 'token')[0] ?? '').header.alg).toBe('PS256');
    const unfit = await signIn('keyed', '--key-file', jwkFile(), '--json');
    expect(errorOf(unfit)).toMatchObject({ code: 'config_invalid_key', exit_code: 3 });
  });

  it('without a key says where to get one, before the browser opens', async () => {
    const before = server.hits('authorization');
    const argv = ['--client-authentication', 'private_key_jwt', '--json'];
    const error = errorOf(await signIn('keyed', ...argv));
    expect(error).toMatchObject({ code: 'config_missing_key', exit_code: 3 });
    expect(error.hint).toContain('--generate-key');
    server.rewriteReply('discovery', (document) => ({
      ...document,
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
    }));
    expect(errorOf(await signIn('keyed', '--json')).code).toBe('config_missing_key');
    expect(server.hits('authorization')).toBe(before);
  });

  it.each(['client_secret_basic', 'client_secret_jwt', 'none'])(
    'cannot be mixed with --client-authentication %s',
    async (method) => {
      const argv = ['--key-file', jwkFile(), '--client-authentication', method, '--json'];
      expect(errorOf(await signIn('keyed', ...argv))).toMatchObject({ code: 'usage_conflict', exit_code: 2 });
    },
  );

  it('refuses a key that others can read', async () => {
    const file = jwkFile();
    chmodSync(file, 0o644);
    expect(errorOf(await signIn('keyed', '--key-file', file, '--json')).exit_code).toBe(8);
  });
});

describe('client_secret_jwt at a sign-in', () => {
  it('shows what the secret has signed, and never the secret', async () => {
    const file = join(line.directory, 'secret');
    writeFileSync(file, SECRET, { mode: 0o600 });
    const argv = ['--client-secret-file', file, '--client-authentication', 'client_secret_jwt'];
    const before = server.requests.length;
    const outcome = await signIn('secret-jwt', ...argv);
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(await line.runIn(later, 'token', server.issuer)).toMatchObject({ exitCode: 0 });
    const sent = assertions(before, 'token');
    expect(sent).toHaveLength(2);
    for (const assertion of sent) {
      const [header = '', payload = '', signature] = assertion.split('.');
      const expected = createHmac('sha256', SECRET).update(`${header}.${payload}`).digest('base64url');
      expect(signature).toBe(expected);
      expect(decodedJwt(assertion).claims).toMatchObject({ iss: 'secret-jwt', aud: server.issuer });
    }
    const bodies = server.requests.slice(before).map(({ body }) => body);
    expect(bodies.join('\n')).not.toContain(SECRET);
  });
});

describe('setup --generate-key', () => {
  const setup = (...more: string[]) =>
    line.run(
      'setup',
      'work',
      '--issuer',
      server.issuer,
      '--client-id',
      'keyed',
      '--allow-http-loopback',
      ...more,
    );

  it('keeps a key sealed, prints its public half, and the next sign-in signs with it', async () => {
    const { stdout, exitCode } = await setup('--generate-key', '--json');
    expect(exitCode).toBe(0);
    const { provider, client_id, jwks } = JSON.parse(stdout);
    expect({ provider, client_id }).toEqual({ provider: 'work', client_id: 'keyed' });
    const point = { x: expect.any(String), y: expect.any(String), kid: expect.any(String) };
    expect(jwks).toEqual({
      keys: [
        { kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig', ...point },
        { kty: 'EC', crv: 'P-256', use: 'enc', ...point },
      ],
    });
    const [jwk] = jwks.keys;
    const members = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y });
    expect(jwk.kid).toBe(createHash('sha256').update(members).digest('base64url'));
    expect(configurationOf(line)).toMatchObject({
      providers: { work: { client_id: 'keyed', client_authentication: 'private_key_jwt' } },
    });
    const before = server.requests.length;
    const outcome = await line.run('work', '--allow-http-loopback', '--json');
    // The server does not know this key; what counts is that the request is signed with it.
    expect(errorOf(outcome).code).toBe('as_invalid_client');
    const [assertion = ''] = assertions(before, 'token');
    const [head, payload, signature = ''] = assertion.split('.');
    const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' as const };
    const signed = Buffer.from(`${head}.${payload}`);
    expect(verify('sha256', signed, key, Buffer.from(signature, 'base64url'))).toBe(true);
    expect(decodedJwt(assertion).header.kid).toBe(jwk.kid);
  });

  it('tells a person what to register, and shows nothing private', async () => {
    const { stdout } = await setup('--generate-key');
    expect(stdout).toMatch(/^Register this public key \(JWKS\) for the client at work/m);
    expect(stdout).not.toContain('"d"');
  });

  it('makes a key that the server takes', async () => {
    server.rewriteReply('discovery', (document) => ({
      ...document,
      token_endpoint_auth_signing_alg_values_supported: ['PS256'],
    }));
    const { stdout } = await setup('--generate-key', '--json');
    expect(JSON.parse(stdout).jwks.keys).toMatchObject([{ kty: 'RSA', alg: 'PS256' }, { use: 'enc' }]);
    server.rewriteReply('discovery', (document) => ({
      ...document,
      token_endpoint_auth_signing_alg_values_supported: ['ES256K'],
    }));
    expect(errorOf(await setup('--generate-key', '--json')).code).toBe('config_unsupported_server');
  });

  it('keeps the path of a key of the user, and nothing of it', async () => {
    const file = jwkFile();
    const outcome = await setup('--key-file', file);
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(configurationOf(line)).toMatchObject({
      providers: { work: { client_key_file: file, client_authentication: 'private_key_jwt' } },
    });
    expect(await line.run('work', '--allow-http-loopback')).toMatchObject({ exitCode: 0 });
  });
});
