import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type AuthorizationServer,
  type JsonObject,
  signWithServerKey,
  startAuthorizationServer,
} from '../support/authorization-server.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { decodedJwt } from '../support/decoded-jwt.ts';
import { signInAt } from '../support/sign-in.ts';

let server: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  server = await startAuthorizationServer({
    further: {
      features: { jwtResponseModes: { enabled: true }, pushedAuthorizationRequests: { enabled: true } },
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

const modeAsked = (before: number) =>
  server.requests
    .slice(before)
    .filter(({ query }) => query.has('response_type'))
    .map(({ query }) => query.get('response_mode'));

const storedAccounts = async () => JSON.parse((await line.run('status', '--json')).stdout).accounts;

describe('the response mode of a sign-in', () => {
  it.each(['query', 'form_post', 'jwt', 'query.jwt', 'form_post.jwt'])(
    '%s is asked for by --response-mode, and the answer is taken',
    async (mode) => {
      const before = server.requests.length;
      const outcome = await signInAt(server, line, '--response-mode', mode);
      expect(outcome.exitCode, outcome.stderr).toBe(0);
      expect(modeAsked(before)).toEqual([mode]);
      expect(await storedAccounts()).toHaveLength(1);
    },
  );

  it('is asked for by the configuration', async () => {
    const own = { issuer: server.issuer, client_id: server.clientId, response_mode: 'form_post' };
    writeConfiguration(line, { providers: { work: own } });
    const before = server.requests.length;
    const outcome = await line.run('work', '--allow-http-loopback');
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(modeAsked(before)).toEqual(['form_post']);
  });

  it.each([
    [['fragment', 'form_post'], 'form_post'],
    [['jwt', 'fragment.jwt'], 'jwt'],
    [undefined, null],
    [['query', 'form_post'], null],
  ])('follows from the metadata (%j: %s)', async (responseModesSupported, mode) => {
    server.rewriteReply('discovery', ({ response_modes_supported: _modes, ...document }) => ({
      ...document,
      ...(responseModesSupported === undefined ? {} : { response_modes_supported: responseModesSupported }),
    }));
    const before = server.requests.length;
    const outcome = await signInAt(server, line);
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(modeAsked(before)).toEqual([mode]);
  });

  it('goes with a pushed authorization request', async () => {
    const outcome = await signInAt(server, line, '--response-mode', 'form_post.jwt', '--par');
    expect(outcome.exitCode, outcome.stderr).toBe(0);
  });

  it('form_post cannot be used where nobody hears it', async () => {
    const mode = ['--response-mode', 'form_post', '--json'];
    const noWait = await signInAt(server, line, '--no-wait', ...mode);
    expect(errorOf(noWait)).toMatchObject({ code: 'usage_conflict', exit_code: 2 });
    const elsewhere = await signInAt(server, line, '--redirect-uri', 'https://a.example/callback', ...mode);
    expect(errorOf(elsewhere)).toMatchObject({ code: 'usage_conflict', exit_code: 2 });
  });

  it.each(['form_post', 'jwt'])('%s brings a refusal too', async (mode) => {
    const refusing = openCommandLine({ user: 'ada', consent: false });
    const outcome = await signInAt(server, refusing, '--response-mode', mode, '--json');
    expect(errorOf(outcome)).toMatchObject({ code: 'as_access_denied', exit_code: 5 });
    refusing.close();
  });
});

describe('a signed answer (JARM) that must not be believed', () => {
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const now = () => Math.floor(Date.now() / 1000);
  const rewrite = (change: (jwt: string, claims: JsonObject) => string) =>
    server.rewriteAuthorizationResponse(({ searchParams }) => {
      const jwt = searchParams.get('response') ?? '';
      searchParams.set('response', change(jwt, decodedJwt(jwt).claims));
    });
  const header = { alg: 'RS256', typ: 'JWT', kid: 'test-key' };
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = (change: JsonObject) => (_jwt: string, claims: JsonObject) =>
    signWithServerKey(header, JSON.parse(JSON.stringify({ ...claims, ...change })));

  const spoilt: readonly (readonly [string, (jwt: string, claims: JsonObject) => string])[] = [
    ['for another client', signed({ aud: 'somebody-else' })],
    ['for nobody', signed({ aud: undefined })],
    ['of another issuer', signed({ iss: 'https://evil.example' })],
    ['of no issuer', signed({ iss: undefined })],
    ['that has expired', signed({ exp: now() - 600 })],
    ['without an end', signed({ exp: undefined })],
    ['that is not signed', (_jwt, claims) => `${encoded({ alg: 'none' })}.${encoded(claims)}.`],
    [
      'that is signed with a secret',
      (_jwt, claims) => `${encoded({ alg: 'HS256' })}.${encoded(claims)}.${encoded({ a: 1 })}`,
    ],
    [
      'whose signature is of something else',
      (jwt, claims) => {
        const [head, , signature] = jwt.split('.');
        return `${head}.${encoded({ ...claims, code: 'forged' })}.${signature}`;
      },
    ],
    ['with a code and an error', signed({ error: 'access_denied', iss: 'https://evil.example' })],
  ];

  it.each(spoilt)('%s ends the sign-in with exit 6, and no code is sent', async (_what, change) => {
    rewrite(change);
    const before = server.hits('token');
    const outcome = await signInAt(server, line, '--response-mode', 'jwt', '--json');
    expect(errorOf(outcome).exit_code, outcome.stderr).toBe(6);
    expect(server.hits('token')).toBe(before);
    expect(await storedAccounts()).toEqual([]);
  });

  it('of a key that the server does not have is exit 6', async () => {
    const { createSign } = await import('node:crypto');
    rewrite((_jwt, claims) => {
      const input = `${encoded(header)}.${encoded(claims)}`;
      return `${input}.${createSign('sha256').update(input).sign(foreign, 'base64url')}`;
    });
    const before = server.hits('token');
    const outcome = await signInAt(server, line, '--response-mode', 'jwt', '--json');
    expect(errorOf(outcome)).toMatchObject({ code: 'protocol_invalid_response', exit_code: 6 });
    expect(server.hits('token')).toBe(before);
  });

  it('that came without a signature at all is exit 6, although its state is right', async () => {
    server.rewriteAuthorizationResponse(({ searchParams }) => {
      const { claims } = decodedJwt(searchParams.get('response'));
      searchParams.delete('response');
      for (const name of ['code', 'state', 'iss']) {
        searchParams.set(name, String(claims[name]));
      }
    });
    const outcome = await signInAt(server, line, '--response-mode', 'jwt', '--json');
    expect(errorOf(outcome)).toMatchObject({
      code: 'protocol_invalid_response',
      exit_code: 6,
      message: expect.stringContaining('is not signed, although a signed one was asked for'),
    });
    expect(await storedAccounts()).toEqual([]);
  });

  it('of another sign-in does not end the wait', async () => {
    rewrite(signed({ state: 'forged' }));
    const outcome = await signInAt(server, line, '--response-mode', 'jwt', '--timeout', '1', '--json');
    expect(errorOf(outcome)).toMatchObject({ code: 'login_timeout', exit_code: 7 });
  });
});
