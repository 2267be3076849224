import {
  createHash,
  createHmac,
  createPublicKey,
  createSign,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type AuthorizationServer,
  type Endpoint,
  type JsonObject,
  signWithServerKey,
  startAuthorizationServer,
} from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { serveHttp } from '../support/tls.ts';

let server: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  server = await startAuthorizationServer();
});
afterAll(() => server.close());
beforeEach(() => {
  line = openCommandLine({ user: 'ada' });
});
afterEach(() => {
  server.restore();
  line.close();
});

const signIn = (...more: string[]) =>
  line.run(server.issuer, '--client-id', server.clientId, '--allow-http-loopback', ...more);

function storedAccounts(): string[] {
  const directory = join(line.directory, 'data/accounts');
  return existsSync(directory) ? readdirSync(directory) : [];
}

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
    expect(storedAccounts()).toEqual([]);
    expect(attacker.connections()).toBe(0);
    expectNoSecrets(line.everythingSaid(), server.issuedSecrets());
  });

  it('and what they are made from is accepted', async () => {
    server.rewriteReply('token', (body) => {
      const claims = decode(String(body.id_token).split('.')[1]);
      return { ...body, id_token: signWithServerKey(rs256(), claims) };
    });
    expect((await signIn()).exitCode).toBe(0);
    expect(storedAccounts()).toHaveLength(1);
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
    expect(storedAccounts()).toEqual([]);
  });
});

describe('T44 more claims of the ID Token', () => {
  const now = () => Math.floor(Date.now() / 1000);
  it.each<readonly [string, (claims: JsonObject) => JsonObject]>([
    ['has no exp', ({ exp: _exp, ...claims }) => claims],
    ['has no iat', ({ iat: _iat, ...claims }) => claims],
    ['has no aud', ({ aud: _aud, ...claims }) => claims],
    ['has no iss', ({ iss: _iss, ...claims }) => claims],
    ['is not good before some time from now', (claims) => ({ ...claims, nbf: now() + 3600 })],
    ['was issued 90 seconds from now', (claims) => ({ ...claims, iat: now() + 90 })],
    ['is for another authorized party', (claims) => ({ ...claims, azp: 'somebody-else' })],
    ['has a subject that is no text', (claims) => ({ ...claims, sub: 1815 })],
    ['has an empty subject', (claims) => ({ ...claims, sub: '' })],
  ])('%s: exit 6 and nothing stored', async (_what, rewrite) => {
    server.rewriteIdToken(rewrite);
    expect(errorOf(await signIn('--json')).exit_code).toBe(6);
    expect(storedAccounts()).toEqual([]);
  });

  it('a refreshed ID Token of somebody else is refused, and the sign-in keeps its tokens', async () => {
    await signIn();
    const before = (await line.run('token')).stdout;
    server.rewriteIdToken((claims) => ({ ...claims, sub: 'person-1906' }));
    expect(errorOf(await line.run('token', '--refresh', '--json')).exit_code).toBe(6);
    expect((await line.run('token')).stdout).toBe(before);
  });
});

describe('T42 documents with keys that mean something to objects', () => {
  const poison = JSON.parse(
    '{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}}',
  );
  const poisoned = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(poisoned);
    if (typeof value !== 'object' || value === null) return value;
    return {
      ...Object.fromEntries(Object.entries(value).map(([key, one]) => [key, poisoned(one)])),
      ...poison,
    };
  };

  it.each<readonly [Endpoint, string[]]>([
    ['discovery', []],
    ['jwks', []],
    ['token', ['token', '--refresh']],
    ['userinfo', ['whoami', '--json']],
    ['revocation', ['logout', '--json']],
  ])('from the %s endpoint change no object of ours', async (endpoint, more) => {
    if (endpoint !== 'revocation') {
      server.rewriteReply(endpoint, (body) => poisoned(body) as JsonObject);
    } else {
      server.breakEndpoint(endpoint, { kind: 'reply', status: 200, body: JSON.stringify(poison) });
    }
    expect((await signIn('--json')).exitCode).toBe(0);
    if (more.length > 0) expect((await line.run(...more)).exitCode).toBe(0);
    expect((await line.run('status', '--json')).exitCode).toBe(endpoint === 'revocation' ? 4 : 0);
    expect('polluted' in {}).toBe(false);
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('polluted');
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    '%s is no provider',
    async (name) => {
      for (const command of [[], ['token'], ['whoami'], ['logout'], ['providers']]) {
        const outcome = await line.run(...command, name, '--json');
        expect([command, outcome.exitCode]).toEqual([command, 2]);
      }
    },
  );
});

describe('T32 words of servers and people cannot write to the terminal', () => {
  const ESC = String.fromCharCode(27);
  const hostile = [
    `${ESC}]52;c;ZXZpbA==${String.fromCharCode(7)}`,
    `${ESC}]8;;https://evil.test${ESC}\\click${ESC}]8;;${ESC}\\`,
    `${ESC}[2J${ESC}[1;1H`,
    `\r\noauth-login: error: forged\n`,
    `${String.fromCharCode(0x9b)}31m`,
    '\u202egnp.exe',
    '\u2028\u2029\u200b',
    '\u{e0041}\u{e0042}',
    ESC,
  ].join('x');
  // Printable, newline, and the letters of other languages.
  const isHarmless = (text: string) =>
    !/[^\n\x20-\x7e\u00a0-\u024f…“”’]|oauth-login: error: forged\n/.test(text);

  it('in a profile', async () => {
    server.rewriteReply('userinfo', (body) => ({
      ...body,
      ...Object.fromEntries(
        ['name', 'preferred_username', 'email', 'nickname', 'picture', 'profile'].map((key) => [
          key,
          hostile,
        ]),
      ),
    }));
    const login = await signIn();
    expect(login.exitCode).toBe(0);
    for (const args of [
      ['whoami'],
      ['whoami', '--offline'],
      ['status'],
      ['status', '--json'],
      ['whoami', '--json'],
    ]) {
      const { stdout, stderr, exitCode } = await line.run(...args);
      expect([args, exitCode, isHarmless(stdout + stderr)]).toEqual([args, 0, true]);
    }
    const ambiguous = await line.run('token', '--account', hostile);
    expect(
      [login, ambiguous, await line.run('logout')].map((one) => isHarmless(one.stdout + one.stderr)),
    ).toEqual([true, true, true]);
  });

  it.each<readonly [string, () => void]>([
    [
      'in an error of the token endpoint',
      () => {
        const body = JSON.stringify({
          error: 'invalid_grant',
          error_description: hostile,
          error_uri: hostile,
        });
        server.breakEndpoint('token', { kind: 'reply', status: 400, body });
      },
    ],
    [
      'in an error that is no code',
      () =>
        server.breakEndpoint('token', {
          kind: 'reply',
          status: 400,
          body: JSON.stringify({ error: hostile, error_description: hostile }),
        }),
    ],
    [
      'in an authorization response',
      () =>
        server.rewriteAuthorizationResponse((uri) => {
          uri.searchParams.delete('code');
          uri.searchParams.set('error', 'access_denied');
          uri.searchParams.set('error_description', hostile);
        }),
    ],
    ['in a granted scope', () => server.rewriteReply('token', (body) => ({ ...body, scope: hostile }))],
    [
      'in metadata',
      () => server.rewriteReply('discovery', (body) => ({ ...body, issuer: `https://x/${hostile}` })),
    ],
    [
      'in the name of an endpoint',
      () => server.rewriteReply('discovery', (body) => ({ ...body, token_endpoint: hostile })),
    ],
  ])('%s', async (_where, spoil) => {
    spoil();
    for (const flags of [['--debug'], ['--json']]) {
      const { stdout, stderr, exitCode } = await signIn(...flags);
      expect(exitCode).toBeGreaterThan(1);
      expect([stdout, isHarmless(stderr)]).toEqual(['', true]);
    }
  });
});

describe('T08 a redirect from any endpoint is not followed', () => {
  it.each<readonly [Endpoint, number, string[] | undefined, string]>([
    ['token', 307, undefined, 'protocol_redirect'],
    ['token', 302, undefined, 'protocol_redirect'],
    ['userinfo', 308, undefined, 'protocol_redirect'],
    ['jwks', 301, undefined, 'protocol_redirect'],
    // One more address is tried, on the same server, for want of metadata; nothing was sent that could be secret.
    ['discovery', 307, undefined, 'config_no_discovery'],
    ['token', 308, ['token', '--refresh', '--json'], 'protocol_redirect'],
    ['userinfo', 303, ['whoami', '--json'], 'protocol_redirect'],
    ['revocation', 307, ['logout', '--json'], 'protocol_redirect'],
  ])('%s, %i, %j', async (endpoint, status, args, code) => {
    const elsewhere = await serveHttp((_request, response) => void response.end('{}'));
    try {
      if (args !== undefined) await signIn();
      server.breakEndpoint(endpoint, { kind: 'redirect', location: `${elsewhere.origin}/take?it`, status });
      const outcome = args === undefined ? await signIn('--json') : await line.run(...args);
      expect(errorOf(outcome).code).toBe(code);
      expectNoSecrets(outcome.stderr, server.issuedSecrets());
      expect(elsewhere.connections()).toBe(0);
    } finally {
      await elsewhere.close();
    }
  });
});

describe('T07 PKCE is new for every sign-in', () => {
  it('each challenge is another one, and each verifier belongs to its own', async () => {
    const before = server.requests.length;
    for (let time = 0; time < 5; time += 1) expect((await signIn()).exitCode).toBe(0);
    const since = server.requests.slice(before);
    const asked = since.filter(({ query }) => query.has('code_challenge')).map(({ query }) => query);
    const verifiers = since.flatMap(({ form }) => form.get('code_verifier') ?? []);
    expect(asked.map((query) => query.get('code_challenge_method'))).toEqual(Array(5).fill('S256'));
    expect(new Set(verifiers).size).toBe(5);
    expect(verifiers.map((verifier) => createHash('sha256').update(verifier).digest('base64url'))).toEqual(
      asked.map((query) => query.get('code_challenge')),
    );
  });

  it('a server that refuses the request is not asked again without it', async () => {
    const before = server.hits('authorization');
    server.rewriteAuthorizationResponse((uri) => {
      uri.searchParams.delete('code');
      uri.searchParams.set('error', 'invalid_request');
    });
    expect(errorOf(await signIn('--json'))).toMatchObject({ code: 'as_invalid_request', exit_code: 5 });
    const asked = server.requests.slice(-50).filter(({ query }) => query.has('response_type'));
    expect(asked.every(({ query }) => query.get('code_challenge_method') === 'S256')).toBe(true);
    expect(
      server
        .requestsTo('authorization')
        .slice(before)
        .filter(({ query }) => query.has('response_type')),
    ).toHaveLength(1);
  });
});

describe('T25 parameters cannot be smuggled into the authorization request', () => {
  it('a hint stays one parameter', async () => {
    const before = server.requests.length;
    const hint = 'ada&redirect_uri=https://evil.test&state=x#';
    await signIn('--login-hint', hint);
    const query = server.requests.slice(before).find((request) => request.query.has('response_type'))?.query;
    expect([query?.getAll('redirect_uri').length, query?.getAll('state').length]).toEqual([1, 1]);
    expect(query?.get('login_hint')).toBe(hint);
  });

  it.each(['state', 'redirect_uri', 'client_id', 'response_mode', 'request_uri', 'code_challenge'])(
    '--param %s=x is refused',
    async (name) => {
      expect((await signIn('--param', `${name}=x`)).exitCode).toBe(2);
    },
  );
});

describe('T41 names are never paths', () => {
  const names = [
    ...[
      '../../.ssh/id',
      '..',
      '.',
      '/etc/passwd',
      'a/b',
      'a\\b',
      'C:',
      'C:\\x',
      'CON',
      'nul',
      'aux.',
      'a:b',
      'a b',
    ],
    ...[
      '-x',
      '--',
      '~',
      '~root',
      '$HOME',
      '%2e%2e',
      'a\u0000b',
      'a\nb',
      'a\u202eb',
      'ａ',
      'GitHub',
      'GITHUB',
      'githüb',
    ],
    ...[
      'а',
      'x'.repeat(65),
      'x'.repeat(5_000),
      '.hidden',
      'trailing.',
      '__proto__',
      '`id`',
      'a;b',
      'a|b',
      '*',
      '?',
    ],
  ];
  const inside = () => readdirSync(line.directory, { recursive: true, encoding: 'utf8' }).sort();

  it.each(names)('%j reaches no file, whichever way it comes in', async (name) => {
    const beside = readdirSync(join(line.directory, '..')).filter((entry) => entry.includes('ssh'));
    const argument = name.startsWith('-') ? ['--', name] : [name];
    for (const argv of [
      ['login', '--client-id', 'x', ...argument],
      ['token', ...argument],
      ['logout', ...argument],
      ['setup', '--issuer', 'https://127.0.0.1:9', '--client-id', 'x', ...argument],
      ['token', `--account=${name}`],
      ['whoami', `--account=${name}`],
    ]) {
      const outcome = await line.runIn({ openBrowser: neverOpened }, ...argv);
      expect([argv[0], outcome.exitCode, outcome.stdout]).toEqual([argv[0], expect.toSatisfy(isRefusal), '']);
    }
    expect(
      inside().filter((path) => !/^(config|data(\/(accounts|keys|keys\/file\.key|locks))?)$/.test(path)),
    ).toEqual([]);
    expect(readdirSync(join(line.directory, '..')).filter((entry) => entry.includes('ssh'))).toEqual(beside);
  });

  // `nul` is a name like any other: names never become those of files.
  it.each(names.filter((name) => !['nul', 'a\u0000b'].includes(name)))(
    '%j is no provider of the configuration',
    async (name) => {
      mkdirSync(line.context.paths.configDir, { recursive: true });
      const providers = JSON.stringify({ providers: { [name]: { issuer: 'https://127.0.0.1:9' } } });
      const text =
        name === '__proto__' ? '{"providers":{"__proto__":{"issuer":"https://127.0.0.1:9"}}}' : providers;
      writeFileSync(join(line.context.paths.configDir, 'config.json'), text);
      expect(errorOf(await line.run('providers', '--json'))).toMatchObject({
        code: 'config_invalid_file',
        exit_code: 3,
      });
    },
  );

  /** Wrong on the command line, not signed in, not reachable: anything but done, or a mistake of our own. */
  const isRefusal = (code: unknown) => typeof code === 'number' && [2, 3, 4, 7].includes(code);
});

async function neverOpened(): Promise<never> {
  throw new Error('the browser was opened');
}
