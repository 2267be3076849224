import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { decodedJwt } from '../support/decoded-jwt.ts';
import { openMachineLine, printedToken, tokenCommand } from '../support/machine-line.ts';
import {
  API,
  CLIENT_SECRET,
  type ClientKey,
  clientKey,
  type KeyKind,
  startMachineServer,
} from '../support/machine-server.ts';
import { standardInput } from '../support/standard-input.ts';

const kinds: readonly KeyKind[] = ['RS256', 'ES256', 'EdDSA'];
const keys: ReadonlyMap<KeyKind, ClientKey> = new Map(kinds.map((kind) => [kind, clientKey(kind)]));
let server: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  server = await startMachineServer({ clients: keys });
});
afterAll(() => server.close());
beforeEach(() => {
  line = closeAfterTest(openMachineLine({ OAUTH_LOGIN_AS_CLIENT_SECRET: CLIENT_SECRET }));
});
afterEach(() => server.restore());

const BASIC = 'machine-client_secret_basic';
const command = (clientId: string, ...more: string[]) =>
  tokenCommand(server.issuer, 'client-credentials', '--client-id', clientId, ...more);
const ask = (clientId: string, ...more: string[]) => line.run(...command(clientId, ...more));
const withoutSecret = () => ({ env: { ...line.context.env, OAUTH_LOGIN_AS_CLIENT_SECRET: '' } });
const lastRequest = () => server.requestsTo('token').at(-1);

function keyFile(content: string, mode = 0o600): string {
  const path = join(line.directory, 'client.key');
  writeFileSync(path, content, { mode });
  chmodSync(path, mode);
  return path;
}

describe('client credentials', () => {
  it.each(['client_secret_basic', 'client_secret_post', 'client_secret_jwt'])(
    'with the secret by %s: the token and one newline, nothing else',
    async (method) => {
      const outcome = await ask(`machine-${method}`, '--client-authentication', method, '--scope', 'read');
      expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
      expect(outcome.stdout).toMatch(/^[\w-]+\n$/);
      expect(server.issuedSecrets('access_token')).toContain(outcome.stdout.trim());
      const request = lastRequest();
      expect(request?.form.get('grant_type')).toBe('client_credentials');
      expect(request?.form.get('scope')).toBe('read');
      expect(request?.headers.authorization?.startsWith('Basic ') ?? false).toBe(
        method === 'client_secret_basic',
      );
      if (method === 'client_secret_jwt') {
        expectNoSecrets(request?.body ?? '', [CLIENT_SECRET]);
      }
    },
  );

  it('finds out by the metadata how the secret is sent', async () => {
    server.rewriteReply('discovery', (body) => ({
      ...body,
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
    }));
    expect((await ask(BASIC)).exitCode).toBe(0);
    expect(lastRequest()?.form.has('client_secret')).toBe(false);
  });

  it('reads the secret from a file, and from standard input', async () => {
    const method = ['--client-authentication', 'client_secret_basic', '--no-store'];
    const file = keyFile(`${CLIENT_SECRET}\n`);
    expect(
      (await line.runIn(withoutSecret(), ...command(BASIC, '--client-secret-file', file, ...method)))
        .exitCode,
    ).toBe(0);
    const piped = { ...withoutSecret(), stdin: standardInput(`${CLIENT_SECRET}\n`) };
    expect(
      (await line.runIn(piped, ...command(BASIC, '--client-secret-file', '-', ...method))).exitCode,
    ).toBe(0);
  });

  it.each(kinds.flatMap((kind) => [[kind, 'PEM'] as const, [kind, 'JWK'] as const]))(
    'with a key of %s as %s: the assertion is short-lived, for this server, and used once',
    async (kind, form) => {
      const key = keys.get(kind);
      const file = keyFile(form === 'PEM' ? (key?.pem ?? '') : JSON.stringify(key?.jwk));
      const outcome = await line.runIn(
        withoutSecret(),
        ...command(`machine-key-${kind}`, '--key-file', file, '--refresh'),
      );
      expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
      const sent = lastRequest()?.form;
      const { header, claims } = decodedJwt(sent?.get('client_assertion'));
      expect(header).toMatchObject({ alg: kind, ...(form === 'JWK' ? { kid: kind } : {}) });
      expect(claims).toMatchObject({
        aud: server.issuer,
        iss: `machine-key-${kind}`,
        sub: `machine-key-${kind}`,
      });
      expect(Number(claims.exp) - Number(claims.iat)).toBeLessThanOrEqual(60);
      expect(sent?.has('client_secret')).toBe(false);
    },
  );

  it('takes the key id from --key-id before that of the JWK', async () => {
    const file = keyFile(JSON.stringify(keys.get('ES256')?.jwk));
    await ask('machine-key-ES256', '--key-file', file, '--key-id', 'another');
    expect(decodedJwt(lastRequest()?.form.get('client_assertion')).header).toMatchObject({ kid: 'another' });
  });

  it('sends audience, resource and further parameters as they were given, and no scope that nobody asked for', async () => {
    const { exitCode } = await ask(
      'machine-client_secret_post',
      ...['--audience', 'a', '--audience', 'b', '--resource', API, '--param', 'organization=octo'],
    );
    expect(exitCode).toBe(0);
    const form = lastRequest()?.form;
    expect(form?.getAll('audience')).toEqual(['a', 'b']);
    expect(form?.getAll('resource')).toEqual([API]);
    expect(form?.get('organization')).toBe('octo');
    expect(form?.has('scope')).toBe(false);
  });

  it('answers with one JSON document', async () => {
    const { stdout } = await ask('machine-client_secret_post', '--scope', 'read,write', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      access_token: server.issuedSecrets('access_token').at(-1),
      token_type: 'Bearer',
      scope: 'read write',
      provider: 'as',
      expires_at: expect.stringMatching(/^20/),
    });
  });

  it('has a line in the release log that names the grant, also for a token that was kept', async () => {
    writeConfiguration(line, { log_releases: true });
    await ask(BASIC, '--scope', 'read');
    await ask(BASIC, '--scope', 'read');
    const log = readFileSync(join(line.context.paths.dataDir, 'releases.jsonl'), 'utf8');
    const entry = { provider: 'as', grant: 'client-credentials', scopes: ['read'], command: 'token' };
    expect(
      log
        .trimEnd()
        .split('\n')
        .map((text) => JSON.parse(text)),
    ).toEqual([expect.objectContaining(entry), expect.objectContaining(entry)]);
    expectNoSecrets(log, [...server.issuedSecrets(), CLIENT_SECRET]);
  });

  it('needs no authorization endpoint and no PKCE', async () => {
    server.rewriteReply('discovery', ({ authorization_endpoint: _, ...body }) => ({
      ...body,
      code_challenge_methods_supported: ['plain'],
    }));
    expect((await ask('machine-client_secret_post')).exitCode).toBe(0);
  });

  it('wins over a token in the environment, which wins without --grant', async () => {
    const env = { ...line.context.env, OAUTH_LOGIN_AS_TOKEN: 'token-from-outside' };
    const token = printedToken(await line.runIn({ env }, ...command('machine-client_secret_post')));
    expect(token).toBe(server.issuedSecrets('access_token').at(-1));
    expect((await line.runIn({ env }, 'token', 'as')).stdout).toBe('token-from-outside\n');
  });
});

describe('the server says no', () => {
  it('to the secret: exit 5 names the variables and the method', async () => {
    const env = { ...line.context.env, OAUTH_LOGIN_AS_CLIENT_SECRET: 'not-the-secret-of-this-machine' };
    const outcome = await line.runIn({ env }, ...command('machine-client_secret_post', '--json'));
    expect(errorOf(outcome)).toMatchObject({
      code: 'as_invalid_client',
      exit_code: 5,
      hint: expect.stringMatching(/OAUTH_LOGIN_AS_CLIENT_SECRET.*client_secret_post/),
    });
    expectNoSecrets(line.everythingSaid(), ['not-the-secret-of-this-machine']);
  });

  it('to a key that is not registered: exit 5 says what to register', async () => {
    const file = keyFile(clientKey('ES256').pem);
    const outcome = await ask('machine-key-ES256', '--key-file', file, '--json');
    expect(errorOf(outcome)).toMatchObject({
      code: 'as_invalid_client',
      exit_code: 5,
      hint: expect.stringContaining('register the public part of the key'),
    });
  });

  it.each([
    ['the scope', ['--scope', 'admin'], 'as_invalid_scope', /--scope/],
    ['the resource', ['--resource', 'https://other.example/'], 'as_invalid_target', /--resource/],
  ])('to %s: exit 5 and a next step', async (_what, more, code, hint) => {
    const outcome = await ask('machine-client_secret_post', ...more, '--json');
    expect(errorOf(outcome)).toMatchObject({ code, exit_code: 5, hint: expect.stringMatching(hint) });
  });

  it.each([
    ['HTML', { kind: 'html', status: 200 }, 6],
    ['502', { kind: 'html', status: 502 }, 7],
    ['a reset', { kind: 'reset' }, 7],
    ['no token', { kind: 'reply', status: 200, body: '{"token_type":"bearer"}' }, 6],
    [
      'a token that is no Bearer token',
      { kind: 'reply', status: 200, body: '{"access_token":"abcdefgh","token_type":"N_A"}' },
      6,
    ],
    [
      'a token with a line break',
      { kind: 'reply', status: 200, body: '{"access_token":"a\\nb","token_type":"bearer"}' },
      6,
    ],
    ['a redirect', { kind: 'redirect', location: 'http://127.0.0.1:9/elsewhere', status: 307 }, 6],
  ] as const)('with %s: a clear error, nothing answered, nothing kept', async (_what, fault, exitCode) => {
    server.breakEndpoint('token', fault);
    const outcome = await ask('machine-client_secret_post', '--json');
    expect(outcome.stdout).toBe('');
    expect(errorOf(outcome).exit_code).toBe(exitCode);
    expect(existsSync(join(line.directory, 'data', 'grants'))).toBe(false);
  });
});

describe('T04 a token endpoint on another origin', () => {
  const evil = 'https://evil.example/token';
  const askByIssuer = () => {
    const id = new URL(server.issuer).host.replace(/[^0-9]/g, '_');
    const env = { ...line.context.env, [`OAUTH_LOGIN_${id}_CLIENT_SECRET`]: CLIENT_SECRET };
    const grant = ['--grant', 'client-credentials', '--client-id', 'x'];
    return line.runIn({ env }, 'token', server.issuer, ...grant, '--allow-http-loopback', '--json');
  };

  it('gets nothing, unless the issuer was named exactly', async () => {
    server.rewriteReply('discovery', (body) => ({ ...body, token_endpoint: evil }));
    const outcome = await askByIssuer();
    expect(errorOf(outcome)).toMatchObject({
      code: 'protocol_invalid_metadata',
      exit_code: 6,
      hint: expect.stringContaining(`--issuer ${server.issuer}`),
    });
    expect(errorOf(outcome).message).toContain('evil.example');
  });

  it('gets nothing either when there is no authorization endpoint to compare with', async () => {
    server.rewriteReply('discovery', ({ authorization_endpoint: _, ...body }) => ({
      ...body,
      token_endpoint: evil,
    }));
    const outcome = await askByIssuer();
    expect(errorOf(outcome)).toMatchObject({ code: 'protocol_invalid_metadata', exit_code: 6 });
  });
});

describe('T11 a key that others may read', () => {
  it.each([0o640, 0o604, 0o666])('with mode %o is refused with the command that mends it', async (mode) => {
    const file = keyFile(keys.get('ES256')?.pem ?? '', mode);
    const outcome = await ask('machine-key-ES256', '--key-file', file, '--json');
    expect(errorOf(outcome)).toMatchObject({
      code: 'store_permissions',
      hint: expect.stringMatching(/chmod 600 .*--key-file -/),
    });
  });
});

describe('T12 what is secret', () => {
  it('is never said, at any verbosity, and never kept in the clear', async () => {
    const file = keyFile(keys.get('RS256')?.pem ?? '');
    await ask('machine-key-RS256', '--key-file', file, '--debug', '--format', 'raw');
    await ask('machine-client_secret_jwt', '--client-authentication', 'client_secret_jwt', '--debug');
    await ask('machine-client_secret_post', '--debug', '--scope', 'admin');
    const assertions = server.requestsTo('token').flatMap(({ form }) => form.get('client_assertion') ?? []);
    expect(assertions.length).toBeGreaterThan(1);
    const signatures = assertions.map((assertion) => decodedJwt(assertion).signature);
    const tokens = new Set(server.issuedSecrets('access_token'));
    const said = line
      .everythingSaid()
      .split('\n')
      .filter((text) => !tokens.has(text))
      .join('\n');
    expect(said).toContain('debug: POST');
    expectNoSecrets(said, [...tokens, ...signatures, CLIENT_SECRET]);
    const body = (keys.get('RS256')?.pem ?? '').split('\n')[3] ?? '';
    expectNoSecrets(said, [body]);
    expectNoSecrets({ directory: join(line.directory, 'data') }, [
      ...tokens,
      ...signatures,
      CLIENT_SECRET,
      body,
    ]);
  });
});
