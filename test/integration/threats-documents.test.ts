import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type AuthorizationServer,
  type Endpoint,
  type JsonObject,
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
    expect(accountFiles(line)).toEqual([]);
  });

  it('a refreshed ID Token of somebody else is refused, and the sign-in keeps its tokens', async () => {
    await signIn();
    const before = (await line.run('token')).stdout;
    server.rewriteIdToken((claims) => ({ ...claims, sub: 'person-1906' }));
    expect(errorOf(await line.run('token', '--refresh', '--json')).exit_code).toBe(6);
    expect((await line.run('token')).stdout).toBe(before);
  });
});

describe('T44 a refreshed ID Token', () => {
  it.each(['nonce', 'auth_time'])(
    'with another %s is refused (OpenID Connect Core §12.2), and no access token is given out',
    async (name) => {
      server.rewriteIdToken((claims) => ({ ...claims, auth_time: 1_700_000_000 }));
      await signIn();
      server.rewriteIdToken((claims) => ({
        ...claims,
        ...(name === 'nonce' ? { nonce: 'another' } : { auth_time: 1_700_000_001 }),
      }));
      const refreshed = await line.run('token', '--refresh', '--json');
      expect(errorOf(refreshed)).toMatchObject({ code: 'protocol_invalid_id_token', exit_code: 6 });
      expect(errorOf(refreshed).message).toContain(name);
      expect(refreshed.stdout).toBe('');
    },
  );

  it('without them, or with the same, is taken', async () => {
    await signIn();
    server.rewriteIdToken(({ nonce: _nonce, auth_time: _time, ...claims }) => claims);
    expect((await line.run('token', '--refresh')).exitCode).toBe(0);
  });
});

describe('T42 documents with keys that mean something to objects', () => {
  const poison = JSON.parse(
    '{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}}',
  );
  const poisoned = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      return value.map(poisoned);
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
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
    if (more.length > 0) {
      expect((await line.run(...more)).exitCode).toBe(0);
    }
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

describe('T08 a redirect from any endpoint is not followed', () => {
  it.each<readonly [Endpoint, number, string[] | undefined, string]>([
    ['token', 307, undefined, 'protocol_redirect'],
    ['token', 302, undefined, 'protocol_redirect'],
    ['jwks', 301, undefined, 'protocol_redirect'],
    // One more address is tried, on the same server, for want of metadata; nothing was sent that could be secret.
    ['discovery', 307, undefined, 'config_no_discovery'],
    ['token', 308, ['token', '--refresh', '--json'], 'protocol_redirect'],
    ['userinfo', 303, ['whoami', '--json'], 'protocol_redirect'],
    ['revocation', 307, ['logout', '--json'], 'protocol_redirect'],
  ])('%s, %i, %j', async (endpoint, status, args, code) => {
    const elsewhere = await serveHttp((_request, response) => void response.end('{}'));
    try {
      if (args !== undefined) {
        await signIn();
      }
      server.breakEndpoint(endpoint, { kind: 'redirect', location: `${elsewhere.origin}/take?it`, status });
      const outcome = args === undefined ? await signIn('--json') : await line.run(...args);
      expect(errorOf(outcome).code).toBe(code);
      expectNoSecrets(outcome.stderr, server.issuedSecrets());
      expect(elsewhere.connections()).toBe(0);
    } finally {
      await elsewhere.close();
    }
  });

  it('userinfo at sign-in, which is kept: the ID Token tells who signed in', async () => {
    const elsewhere = await serveHttp((_request, response) => void response.end('{}'));
    try {
      server.breakEndpoint('userinfo', { kind: 'redirect', location: `${elsewhere.origin}/x`, status: 308 });
      expect((await signIn()).exitCode).toBe(0);
      expect(elsewhere.connections()).toBe(0);
    } finally {
      await elsewhere.close();
    }
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
