import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { decodedJwt } from '../support/decoded-jwt.ts';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const SECRET = 'a-secret-of-the-confidential-client';

/** A server that takes request objects, and one that takes nothing else. */
let offering: AuthorizationServer;
let demanding: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  const publicJwk = (key: typeof ec, kid: string) => ({
    ...createPublicKey(key).export({ format: 'jwk' }),
    kid,
    use: 'sig',
  });
  const client = {
    application_type: 'native',
    redirect_uris: ['http://127.0.0.1/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    jwks: { keys: [publicJwk(ec, 'ec'), publicJwk(rsa, 'rsa')] },
  };
  const open = (requireSignedRequestObject: boolean) =>
    startAuthorizationServer({
      further: {
        clients: [
          { ...client, client_id: 'keyed', token_endpoint_auth_method: 'private_key_jwt' },
          {
            ...client,
            client_id: 'secretive',
            client_secret: SECRET,
            token_endpoint_auth_method: 'client_secret_basic',
          },
          { ...client, client_id: 'open', token_endpoint_auth_method: 'none' },
        ] as never,
        features: {
          requestObjects: { enabled: true, requireSignedRequestObject } as never,
          pushedAuthorizationRequests: { enabled: true },
          jwtResponseModes: { enabled: true },
        },
      },
    });
  [offering, demanding] = await Promise.all([open(false), open(true)]);
});
afterAll(() => Promise.all([offering.close(), demanding.close()]));
beforeEach(() => {
  line = openCommandLine({ user: 'ada' });
});
afterEach(() => {
  offering.restore();
  demanding.restore();
  line.close();
});

function keyFile(key = ec, kid = 'ec'): string {
  const file = join(line.directory, `${kid}.key`);
  writeFileSync(file, JSON.stringify({ ...key.export({ format: 'jwk' }), kid }), { mode: 0o600 });
  return file;
}

const signIn = (server: AuthorizationServer, client: string, ...more: string[]) =>
  line.run(server.issuer, '--client-id', client, '--allow-http-loopback', ...more);

/** The authorization requests since then, by value or pushed. */
const objects = (server: AuthorizationServer, before: number) =>
  server.requests
    .slice(before)
    .map(({ query, form }) => (query.has('request') ? query : form))
    .filter((parameters) => parameters.has('request'));

describe('a request object (RFC 9101)', () => {
  it.each([
    [[], 'in the address'],
    [['--par'], 'pushed'],
  ] as const)('%j: has everything that is asked for, signed (%s)', async (flags, _where) => {
    const before = offering.requests.length;
    const outcome = await signIn(offering, 'keyed', '--key-file', keyFile(), '--signed-request', ...flags);
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    const [parameters] = objects(offering, before);
    const request = parameters?.get('request') ?? '';
    const { header, claims } = decodedJwt(request);
    expect(header).toMatchObject({ alg: 'ES256', kid: 'ec', typ: 'oauth-authz-req+jwt' });
    expect(claims).toMatchObject({
      iss: 'keyed',
      aud: offering.issuer,
      client_id: 'keyed',
      response_type: 'code',
      code_challenge_method: 'S256',
      redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/callback$/),
      state: expect.any(String),
      nonce: expect.any(String),
      jti: expect.any(String),
    });
    expect(Number(claims.exp) - Number(claims.nbf)).toBeLessThanOrEqual(3600);
    const [head, payload, signature = ''] = request.split('.');
    const key = { key: createPublicKey(ec), dsaEncoding: 'ieee-p1363' as const };
    const input = Buffer.from(`${head}.${payload}`);
    expect(verify('sha256', input, key, Buffer.from(signature, 'base64url'))).toBe(true);
    const outside = [...(parameters?.keys() ?? [])].filter((name) => !name.startsWith('client_assertion'));
    expect(outside.sort()).toEqual(['client_id', 'request', 'response_type', 'scope']);
  });

  it('is made where the metadata demand it', async () => {
    const before = demanding.requests.length;
    const outcome = await signIn(demanding, 'keyed', '--key-file', keyFile(rsa, 'rsa'));
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(objects(demanding, before)).toHaveLength(1);
  });

  it('is made where the configuration says so, by a client that authenticates with its secret', async () => {
    const own = {
      issuer: offering.issuer,
      client_id: 'secretive',
      client_authentication: 'client_secret_basic',
    };
    const signing = { request_object: 'signed', client_key_file: keyFile() };
    writeConfiguration(line, { providers: { work: { ...own, ...signing } } });
    const env = { ...line.context.env, OAUTH_LOGIN_WORK_CLIENT_SECRET: SECRET };
    const before = offering.requests.length;
    const outcome = await line.runIn({ env }, 'work', '--allow-http-loopback');
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(objects(offering, before)).toHaveLength(1);
  });

  it('is made by a public client that has a key', async () => {
    const argv = ['--client-authentication', 'none', '--key-file', keyFile(), '--signed-request'];
    const outcome = await signIn(offering, 'open', ...argv);
    expect(outcome.exitCode, outcome.stderr).toBe(0);
  });

  it('is signed by an algorithm that the server takes', async () => {
    offering.rewriteReply('discovery', (document) => ({
      ...document,
      request_object_signing_alg_values_supported: ['PS256'],
    }));
    const before = offering.requests.length;
    const argv = ['--signed-request', '--key-file'];
    const outcome = await signIn(offering, 'keyed', ...argv, keyFile(rsa, 'rsa'));
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(decodedJwt(objects(offering, before)[0]?.get('request')).header.alg).toBe('PS256');
    const unfit = await signIn(offering, 'keyed', ...argv, keyFile(), '--json');
    expect(errorOf(unfit)).toMatchObject({ code: 'config_invalid_key', exit_code: 3 });
  });

  it('goes with a signed answer, as FAPI 2 Message Signing has it', async () => {
    const fapi = ['--signed-request', '--par', '--response-mode', 'jwt'];
    const outcome = await signIn(offering, 'keyed', '--key-file', keyFile(), ...fapi);
    expect(outcome.exitCode, outcome.stderr).toBe(0);
  });

  it('has max_age as a number', async () => {
    const before = offering.requests.length;
    const argv = ['--signed-request', '--param', 'max_age=600'];
    const outcome = await signIn(offering, 'keyed', '--key-file', keyFile(), ...argv);
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(decodedJwt(objects(offering, before)[0]?.get('request')).claims.max_age).toBe(600);
  });

  it('needs a key, which is said before the browser opens', async () => {
    const before = demanding.hits('authorization');
    const outcome = await signIn(demanding, 'open', '--client-authentication', 'none', '--json');
    expect(errorOf(outcome)).toMatchObject({ code: 'config_missing_key', exit_code: 3 });
    expect(demanding.hits('authorization')).toBe(before);
  });

  it('with a key that the server does not know is refused, exit 5, and nothing is stored', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const argv = ['--client-authentication', 'none', '--signed-request', '--par', '--json'];
    const outcome = await signIn(offering, 'open', '--key-file', keyFile(other, 'ec'), ...argv);
    expect(errorOf(outcome)).toMatchObject({ code: 'as_invalid_request_object', exit_code: 5 });
    expect(JSON.parse((await line.run('status', '--json')).stdout).accounts).toEqual([]);
  });
});
