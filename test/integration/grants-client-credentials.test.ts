import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { fakeClock } from '../support/fake-context.ts';
import {
  API,
  CLIENT_SECRET,
  type ClientKey,
  clientKey,
  type KeyKind,
  startMachineServer,
} from '../support/machine-server.ts';

const kinds: readonly KeyKind[] = ['RS256', 'ES256', 'EdDSA'];
const keys: ReadonlyMap<KeyKind, ClientKey> = new Map(kinds.map((kind) => [kind, clientKey(kind)]));
let server: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  server = await startMachineServer({ clients: keys, assertionIssuers: new Map() }, () => {
    throw new Error('no exchange is asked for here');
  });
});
afterAll(() => server.close());
beforeEach(() => {
  line = openCommandLine(
    { user: 'nobody' },
    { BROWSER: '', CI: 'true', OAUTH_LOGIN_AS_CLIENT_SECRET: CLIENT_SECRET },
  );
});
afterEach(() => {
  server.restore();
  line.close();
});

const BASIC = 'machine-client_secret_basic';
const command = (clientId: string, ...more: string[]) => [
  ...['token', 'as', '--issuer', server.issuer, '--grant', 'client-credentials', '--client-id', clientId],
  ...['--allow-http-loopback', ...more],
];
const ask = (clientId: string, ...more: string[]) => line.run(...command(clientId, ...more));
const withoutSecret = () => ({ env: { ...line.context.env, OAUTH_LOGIN_AS_CLIENT_SECRET: '' } });

function keyFile(content: string, mode = 0o600): string {
  const path = join(line.directory, 'client.key');
  writeFileSync(path, content, { mode });
  chmodSync(path, mode);
  return path;
}

const lastRequest = () => server.requestsTo('token').at(-1);

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
      if (method === 'client_secret_jwt') expectNoSecrets(request?.body ?? '', [CLIENT_SECRET]);
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
    const typed = {
      isTTY: false,
      async *[Symbol.asyncIterator]() {
        yield `${CLIENT_SECRET}\n`;
      },
    };
    const piped = { ...withoutSecret(), stdin: typed };
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
      const [header, claims] = (sent?.get('client_assertion') ?? '').split('.').map(decode);
      expect(header).toMatchObject({ alg: kind, ...(form === 'JWK' ? { kid: kind } : {}) });
      expect(claims).toMatchObject({
        aud: server.issuer,
        iss: `machine-key-${kind}`,
        sub: `machine-key-${kind}`,
      });
      expect(Number(claims?.exp) - Number(claims?.iat)).toBeLessThanOrEqual(60);
      expect(sent?.has('client_secret')).toBe(false);
    },
  );

  it('takes the key id from --key-id before that of the JWK', async () => {
    const file = keyFile(JSON.stringify(keys.get('ES256')?.jwk));
    await ask('machine-key-ES256', '--key-file', file, '--key-id', 'another');
    expect(decode((lastRequest()?.form.get('client_assertion') ?? '').split('.')[0] ?? '')).toMatchObject({
      kid: 'another',
    });
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

  it('needs no authorization endpoint and no PKCE', async () => {
    server.rewriteReply('discovery', ({ authorization_endpoint: _, ...body }) => ({
      ...body,
      code_challenge_methods_supported: ['plain'],
    }));
    expect((await ask('machine-client_secret_post')).exitCode).toBe(0);
  });

  it('wins over a token in the environment, which wins without --grant', async () => {
    const env = { ...line.context.env, OAUTH_LOGIN_AS_TOKEN: 'token-from-outside' };
    const { stdout } = await line.runIn({ env }, ...command('machine-client_secret_post'));
    expect(stdout).not.toContain('token-from-outside');
    expect((await line.runIn({ env }, 'token', 'as')).stdout).toBe('token-from-outside\n');
  });
});

describe('a token that is kept', () => {
  const POST = 'machine-client_secret_post';

  it('is used again until it expires, without network and without the secret', async () => {
    const first = await ask(POST);
    const before = server.requests.length;
    const again = await line.runIn({ ...withoutSecret(), openHttp: noNetwork }, ...command(POST));
    expect(again).toEqual(first);
    expect(server.requests.length).toBe(before);
    const clock = fakeClock('real');
    clock.advance(299_000);
    expect((await line.runIn({ clock }, ...command(POST, '--min-validity', '0'))).stdout).toBe(first.stdout);
    clock.advance(2_000);
    expect((await line.runIn({ clock }, ...command(POST, '--min-validity', '0'))).stdout).not.toBe(
      first.stdout,
    );
  });

  it('is good for --min-validity, or is asked for again', async () => {
    const first = await ask(POST);
    expect((await ask(POST, '--min-validity', '200')).stdout).toBe(first.stdout);
    expect((await ask(POST, '--min-validity', '400')).stdout).not.toBe(first.stdout);
  });

  it('is not used when the clock was set back behind it', async () => {
    const clock = fakeClock('real');
    clock.advance(86_400_000);
    const first = await line.runIn({ clock }, ...command(POST));
    expect((await ask(POST)).stdout).not.toBe(first.stdout);
  });

  it('is asked for again with --refresh', async () => {
    const first = await ask(POST);
    const second = await ask(POST, '--refresh');
    expect(second.stdout).not.toBe(first.stdout);
    expect((await ask(POST)).stdout).toBe(second.stdout);
  });

  it.each([
    ['scope', ['--scope', 'read']],
    ['audience', ['--audience', 'a']],
    ['resource', ['--resource', API]],
    ['parameter', ['--param', 'a=b']],
  ])('is not taken for one with another %s', async (_what, more) => {
    const first = await ask(POST);
    const other = await ask(POST, ...more);
    expect(other.stdout).not.toBe(first.stdout);
    expect((await ask(POST)).stdout).toBe(first.stdout);
    expect((await ask(POST, ...more)).stdout).toBe(other.stdout);
  });

  it('is not taken for that of another client', async () => {
    const first = await ask(POST);
    const other = await ask('machine-client_secret_jwt', '--client-authentication', 'client_secret_jwt');
    expect(other.exitCode).toBe(0);
    expect(other.stdout).not.toBe(first.stdout);
  });

  it('is sealed, and its file is for its owner only', async () => {
    await ask(POST);
    const directory = join(line.directory, 'data', 'grants');
    const [name = '', ...others] = readdirSync(directory);
    expect(name).toMatch(/^[0-9a-f]{32}\.token$/);
    expect(others).toEqual([]);
    expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
    expectNoSecrets({ directory: line.directory }, [...server.issuedSecrets('access_token'), CLIENT_SECRET]);
  });

  it('is asked for again when its file is damaged, and refused when others may read it', async () => {
    const first = await ask(POST);
    const directory = join(line.directory, 'data', 'grants');
    const file = join(directory, readdirSync(directory)[0] ?? '');
    chmodSync(file, 0o644);
    expect(errorOf(await ask(POST, '--json'))).toMatchObject({ code: 'store_permissions', exit_code: 8 });
    chmodSync(file, 0o600);
    writeFileSync(file, 'garbage');
    const second = await ask(POST);
    expect(second.exitCode).toBe(0);
    expect(second.stdout).not.toBe(first.stdout);
    expect((await ask(POST)).stdout).toBe(second.stdout);
  });

  it('is not kept with --no-store', async () => {
    expect((await ask(POST, '--no-store')).exitCode).toBe(0);
    expect(existsSync(join(line.directory, 'data'))).toBe(false);
  });

  it('is not kept in CI while nobody chose a store, and only --debug says so, once', async () => {
    const env = { ...line.context.env, OAUTH_LOGIN_STORE: '' };
    expect(await line.runIn({ env }, ...command(POST))).toMatchObject({ exitCode: 0, stderr: '' });
    expect(existsSync(join(line.directory, 'data'))).toBe(false);
    const { stderr } = await line.runIn({ env }, ...command(POST, '--debug'));
    expect(stderr.match(/debug: the token is not kept/g)).toHaveLength(1);
  });

  it('stops before the request when the chosen store cannot be used', async () => {
    const env = { ...line.context.env, OAUTH_LOGIN_STORE: 'passphrase' };
    const before = server.requests.length;
    expect(errorOf(await line.runIn({ env }, ...command(POST, '--json')))).toMatchObject({ exit_code: 8 });
    expect(server.requests.length).toBe(before);
  });

  it('makes room: those that have expired go', async () => {
    await ask(POST);
    const clock = fakeClock('real');
    clock.advance(301_000);
    await line.runIn({ clock }, ...command(POST, '--scope', 'read'));
    expect(readdirSync(join(line.directory, 'data', 'grants'))).toHaveLength(1);
  });

  it('is forgotten by logout --all', async () => {
    const first = await ask(POST);
    expect((await line.run('logout', '--all')).exitCode).toBe(0);
    expect(readdirSync(join(line.directory, 'data', 'grants'))).toEqual([]);
    expect((await ask(POST)).stdout).not.toBe(first.stdout);
  });
});

describe('what is missing is known before anything is sent', () => {
  it.each<[string, string[], number, string, RegExp]>([
    [
      'a client id',
      ['--grant', 'client-credentials'],
      3,
      'config_missing_client_id',
      /OAUTH_LOGIN_AS_CLIENT_ID/,
    ],
    [
      'a secret',
      ['--grant', 'client-credentials', '--client-id', 'x'],
      3,
      'config_missing_client_secret',
      /OAUTH_LOGIN_AS_CLIENT_SECRET/,
    ],
    [
      'a refresh token',
      ['--grant', 'refresh-token', '--client-id', 'x'],
      3,
      'config_missing_refresh_token',
      /OAUTH_LOGIN_AS_REFRESH_TOKEN/,
    ],
    [
      'a subject token',
      ['--grant', 'token-exchange'],
      3,
      'config_missing_subject_token',
      /OAUTH_LOGIN_AS_SUBJECT_TOKEN/,
    ],
    ['a key', ['--grant', 'jwt-bearer'], 3, 'config_missing_key', /--key-file/],
    [
      'the identity of the job',
      ['--grant', 'token-exchange', '--subject-from', 'ci'],
      3,
      'config_no_ci_identity',
      /id_tokens/,
    ],
    [
      'the variable',
      ['--grant', 'token-exchange', '--subject-token-env', 'ID_TOKEN'],
      3,
      'config_missing_subject_token',
      /ID_TOKEN/,
    ],
    [
      'the file of the key',
      ['--grant', 'client-credentials', '--client-id', 'x', '--key-file', '/nowhere/key'],
      3,
      'config_invalid_value',
      /private key/,
    ],
    ['a person', [], 4, 'login_required', /OAUTH_LOGIN_GITHUB_TOKEN.*--grant/],
  ])('%s', async (_what, flags, exitCode, code, hint) => {
    const before = server.requests.length;
    const target =
      flags.length === 0 ? ['github'] : ['as', '--issuer', server.issuer, '--allow-http-loopback'];
    const outcome = await line.runIn(withoutSecret(), 'token', ...target, ...flags, '--json');
    expect(errorOf(outcome)).toMatchObject({ code, exit_code: exitCode, hint: expect.stringMatching(hint) });
    expect(outcome.stdout).toBe('');
    expect(server.requests.length).toBe(before);
  });

  it.each<[string, string[]]>([
    ['an unknown grant', ['--grant', 'password']],
    ['a flag without --grant', ['--scope', 'read']],
    ['a key file without --grant', ['--key-file', 'x']],
    ['a flag of another grant', ['--grant', 'client-credentials', '--rotate-to', 'x']],
    ['an account', ['--grant', 'client-credentials', '--account', 'x']],
    ['no authentication', ['--grant', 'client-credentials', '--client-authentication', 'none']],
    ['an unknown method', ['--grant', 'client-credentials', '--client-authentication', 'tls_client_auth']],
    [
      'private_key_jwt without a key',
      ['--grant', 'client-credentials', '--client-authentication', 'private_key_jwt'],
    ],
    [
      'a key and a secret method',
      ['--grant', 'client-credentials', '--client-authentication', 'client_secret_post', '--key-file', 'x'],
    ],
    ['a relative resource', ['--grant', 'client-credentials', '--resource', '/api']],
    ['a resource with a fragment', ['--grant', 'client-credentials', '--resource', 'https://a.example/#b']],
    [
      'two inputs at once',
      ['--grant', 'token-exchange', '--client-secret-file', '-', '--subject-token-file', '-'],
    ],
    ['two subject tokens', ['--grant', 'token-exchange', '--subject-from', 'ci', '--subject-token-env', 'A']],
    ['a subject from nowhere', ['--grant', 'token-exchange', '--subject-from', 'moon']],
    ['two audiences of an assertion', ['--grant', 'jwt-bearer', '--audience', 'a', '--audience', 'b']],
    ['a bad token type', ['--grant', 'token-exchange', '--requested-token-type', 'passport']],
  ])('%s: exit 2 and a next step', async (_what, flags) => {
    const before = server.requests.length;
    const outcome = await line.run('token', 'as', '--issuer', server.issuer, ...flags, '--json');
    expect(errorOf(outcome)).toMatchObject({ exit_code: 2, hint: expect.stringMatching(/.{10}/) });
    expect(server.requests.length).toBe(before);
  });

  it.each([
    'client_secret=x',
    'refresh_token=x',
    'subject_token=x',
    'assertion=x',
    'password=x',
    'code=x',
    'grant_type=x',
    'scope=x',
    'actor_token=x',
  ])('--param %s is refused, and its value not repeated', async (pair) => {
    const outcome = await ask(BASIC, '--param', pair.replace('=x', '=hush-hush-value'), '--json');
    expect(errorOf(outcome)).toMatchObject({ code: 'usage_reserved_parameter', exit_code: 2 });
    expectNoSecrets(outcome.stderr, ['hush-hush-value']);
  });

  it('--subject-token-env with the token itself is refused, and the token not repeated', async () => {
    const outcome = await line.run(
      'token',
      'as',
      '--issuer',
      server.issuer,
      '--grant',
      'token-exchange',
      '--subject-token-env',
      'eyJhbGciOi.J9.secret-token',
    );
    expect(outcome.exitCode).toBe(2);
    expectNoSecrets(outcome.stderr, ['eyJhbGciOi.J9.secret-token']);
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
  it('gets nothing, unless the issuer was named exactly', async () => {
    server.rewriteReply('discovery', (body) => ({ ...body, token_endpoint: evil }));
    const id = new URL(server.issuer).host.replace(/[^0-9]/g, '_');
    const env = { ...line.context.env, [`OAUTH_LOGIN_${id}_CLIENT_SECRET`]: CLIENT_SECRET };
    const outcome = await line.runIn(
      { env },
      'token',
      server.issuer,
      '--grant',
      'client-credentials',
      '--client-id',
      'x',
      '--allow-http-loopback',
      '--json',
    );
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
    const id = new URL(server.issuer).host.replace(/[^0-9]/g, '_');
    const env = { ...line.context.env, [`OAUTH_LOGIN_${id}_CLIENT_SECRET`]: CLIENT_SECRET };
    const outcome = await line.runIn(
      { env },
      'token',
      server.issuer,
      '--grant',
      'client-credentials',
      '--client-id',
      'x',
      '--allow-http-loopback',
      '--json',
    );
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
    const signatures = assertions.map((assertion) => assertion.split('.')[2] ?? '');
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

function decode(part: string): Record<string, unknown> {
  return part.startsWith('ey') ? JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) : {};
}

async function noNetwork(): Promise<never> {
  throw new Error('the network was used');
}
