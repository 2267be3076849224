import { once } from 'node:events';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AbortedError } from '../../src/ground/errors.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';

let server: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  server = await startAuthorizationServer({
    confidentialClients: [
      {
        clientId: 'confidential',
        clientSecret: 'the-right-secret-of-the-client',
        authentication: 'client_secret_post',
        redirectUris: ['http://127.0.0.1/callback'],
      },
    ],
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

const target = () => [server.issuer, '--client-id', server.clientId, '--allow-http-loopback', '--json'];
const signIn = (...more: string[]) => line.run(...target(), ...more);

async function nothingIsStored(): Promise<void> {
  expect((await line.run('status')).exitCode).toBe(4);
  expectNoSecrets(line.everythingSaid(), server.issuedSecrets());
}

describe('the End-User', () => {
  it('refuses: exit 5, the page says so, nothing is stored', async () => {
    line.close();
    line = openCommandLine({ user: 'ada', consent: false });
    const outcome = await signIn();
    expect(errorOf(outcome)).toMatchObject({ code: 'as_access_denied', exit_code: 5 });
    expect((await line.lastPage()).title).toMatch(/^Access was not granted/);
    expect(server.hits('token')).toBe(0);
    await nothingIsStored();
  });

  it('never answers: the time-out names the exact redirect URI', async () => {
    const idle = { openBrowser: async () => ({ exited: Promise.resolve(0) }) };
    const outcome = await line.runIn(idle, ...target(), '--timeout', '1');
    const { code, message, hint, exit_code } = errorOf(outcome);
    expect([code, exit_code]).toEqual(['login_timeout', 7]);
    const uri = decodeURIComponent(/redirect_uri=([^&]+)/.exec(outcome.stderr)?.[1] ?? 'none');
    expect(message).toMatch(/ within 1 second; the redirect URI of this sign-in was /);
    expect(message.endsWith(` was ${uri}`)).toBe(true);
    // The port is another one each time: to register it would help nobody.
    expect(hint).toContain('register exactly http://127.0.0.1/callback there, which means any port');
    expect(hint).not.toContain(uri);
    expect(hint).toContain(`check that the client ID is ${server.clientId} there, and register`);
  });

  it('never answers, with a client that has signed somebody in: the client ID is no suspect', async () => {
    expect((await signIn()).exitCode).toBe(0);
    const idle = { openBrowser: async () => ({ exited: Promise.resolve(0) }) };
    const { hint } = errorOf(await line.runIn(idle, ...target(), '--timeout', '1'));
    expect(hint).toContain('showed an error page, register exactly ');
  });

  it('never answers at a port that is registered: the time-out says to register that one', async () => {
    const idle = { openBrowser: async () => ({ exited: Promise.resolve(0) }) };
    const uri = `http://localhost:${await freePort()}/cb`;
    const outcome = await line.runIn(idle, ...target(), '--timeout', '1', '--redirect-uri', uri);
    const { message, hint } = errorOf(outcome);
    expect(message.endsWith(` was ${uri}`)).toBe(true);
    expect(hint).toContain(`register exactly ${uri} there; --timeout waits longer`);
  });

  it('presses Ctrl-C while waiting: exit 130 at once, no listener left', async () => {
    const stop = new AbortController();
    let start = '';
    const outcome = await line.runIn(
      {
        signal: stop.signal,
        openBrowser: async (uri) => {
          start = uri;
          setTimeout(() => stop.abort(new AbortedError()), 50);
          return { exited: Promise.resolve(0) };
        },
      },
      ...target(),
    );
    expect(errorOf(outcome)).toMatchObject({ code: 'aborted', exit_code: 130 });
    await expect(fetch(start)).rejects.toThrow();
    await nothingIsStored();
  });

  it('has no browser: the command says so and goes on waiting', async () => {
    const outcome = await line.runIn(
      { openBrowser: async () => ({ exited: Promise.resolve(3) }) },
      ...target(),
      '--timeout',
      '1',
    );
    expect(outcome.stderr).toContain('The browser could not be opened; open the address above yourself');
    expect(errorOf(outcome).code).toBe('login_timeout');
  });

  it('closes the browser in which the page had been opened: that is no failure of the browser', async () => {
    const closed = {
      openBrowser: async (uri: string) => {
        const page = get(uri);
        await once(page, 'response');
        page.destroy();
        return { exited: Promise.resolve(1) };
      },
    };
    const outcome = await line.runIn(closed, ...target(), '--timeout', '1');
    expect(outcome.stderr).not.toContain('could not be opened');
    expect(errorOf(outcome).code).toBe('login_timeout');
  });

  it.each([
    ['without a terminal', {}],
    ['in CI', { CI: 'true' }],
  ])('is not there (%s): exit 4 at once, naming the variable', async (_where, env) => {
    const before = server.hits('authorization');
    const outcome = await line.runIn(
      { env: { OAUTH_LOGIN_STORE: 'file', ...env }, openBrowser: neverOpened },
      ...target(),
    );
    expect(errorOf(outcome)).toMatchObject({ code: 'person_required', exit_code: 4 });
    expect(errorOf(outcome).hint).toMatch(/OAUTH_LOGIN_127_0_0_1_\d+_TOKEN/);
    expect(server.hits('authorization')).toBe(before);
  });
});

describe('the registration', () => {
  it('is missing: exit 3 names the page, the redirect URI and the variables', async () => {
    const outcome = await line.run('github', '--json');
    const { code, hint, exit_code } = errorOf(outcome);
    expect([code, exit_code]).toEqual(['config_missing_client_id', 3]);
    expect(hint).toContain('https://github.com/settings/applications/new');
    expect(hint).toContain('http://127.0.0.1/callback');
    expect(hint).toContain('OAUTH_LOGIN_GITHUB_CLIENT_ID');
    expect(hint).toContain('OAUTH_LOGIN_GITHUB_CLIENT_SECRET');
  });

  it('has another secret: exit 5 says what to check', async () => {
    const env = { ...line.context.env, [`${prefix()}_CLIENT_SECRET`]: 'not-the-secret-of-the-client' };
    const outcome = await line.runIn(
      { env },
      server.issuer,
      '--client-id',
      'confidential',
      '--allow-http-loopback',
      '--json',
    );
    expect(errorOf(outcome)).toMatchObject({ code: 'as_invalid_client', exit_code: 5 });
    expect(errorOf(outcome).hint).toContain('client secret');
    expect((await line.lastPage()).title).toMatch(/failed|not signed in|did not work/i);
    expectNoSecrets(line.everythingSaid(), ['not-the-secret-of-the-client']);
    await nothingIsStored();
  });

  it('has the right secret: it is used, kept sealed and used again for the refresh', async () => {
    const env = { ...line.context.env, [`${prefix()}_CLIENT_SECRET`]: 'the-right-secret-of-the-client' };
    const outcome = await line.runIn(
      { env },
      server.issuer,
      '--client-id',
      'confidential',
      '--allow-http-loopback',
    );
    expect(outcome.stderr).not.toContain('error');
    expect(outcome.exitCode).toBe(0);
    expect((await line.run('token', '--refresh')).exitCode).toBe(0);
    expectNoSecrets({ directory: line.directory }, ['the-right-secret-of-the-client']);
  });
});

describe('the port', () => {
  it('is taken: exit 7 with its number, and no browser', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));
    const address = squatter.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const outcome = await line.runIn({ openBrowser: neverOpened }, ...target(), '--port', String(port));
    expect(errorOf(outcome)).toMatchObject({ code: 'network_port_in_use', exit_code: 7 });
    expect(errorOf(outcome).message).toContain(String(port));
    squatter.close();
  });
});

describe('the token endpoint', () => {
  it.each([
    ['answers HTML', { kind: 'html', status: 200 }, 6],
    ['answers 502', { kind: 'html', status: 502 }, 7],
    [
      'answers 500 without a word',
      { kind: 'reply', status: 500, body: '', headers: { 'content-type': 'text/plain' } },
      7,
    ],
    ['answers nothing but a reset', { kind: 'reset' }, 7],
    ['answers half a document', { kind: 'reply', status: 200, body: '{"access_token":"abc' }, 6],
    ['answers without a token', { kind: 'reply', status: 200, body: '{"token_type":"bearer"}' }, 6],
    [
      'answers a token with a line break',
      { kind: 'reply', status: 200, body: '{"access_token":"a\\nb","token_type":"bearer"}' },
      6,
    ],
    ['answers 50 MB', { kind: 'large', bytes: 50_000_000 }, 6],
    ['answers a redirect', { kind: 'redirect', location: 'http://127.0.0.1:9/elsewhere', status: 307 }, 6],
  ] as const)('%s: a clear error, and nothing stored', async (_what, fault, exitCode) => {
    server.breakEndpoint('token', fault);
    const outcome = await signIn();
    const error = errorOf(outcome);
    expect([error.exit_code, outcome.exitCode]).toEqual([exitCode, exitCode]);
    expect(error.message.length).toBeGreaterThan(10);
    expect(error.hint.length).toBeGreaterThan(10);
    expect(outcome.stdout).toBe('');
    expect((await line.lastPage()).title).not.toMatch(/^Signed in/);
    await nothingIsStored();
  });
});

describe('T44 the ID Token', () => {
  const hour = 3600;
  const now = () => Math.floor(Date.now() / 1000);
  it.each<[string, Parameters<AuthorizationServer['rewriteIdToken']>[0]]>([
    ['is tampered with', 'tampered'],
    ['has expired', 'expired'],
    ['expired 61 seconds ago', (claims) => ({ ...claims, exp: now() - 61 })],
    ['is issued in the future', (claims) => ({ ...claims, iat: now() + hour })],
    ['names another issuer', (claims) => ({ ...claims, iss: 'https://evil.example' })],
    ['names another client', (claims) => ({ ...claims, aud: 'somebody-else' })],
    ['names more clients', (claims) => ({ ...claims, aud: [claims.aud, 'somebody-else'] })],
    ['answers another nonce', (claims) => ({ ...claims, nonce: 'another' })],
    ['has no nonce', ({ nonce: _nonce, ...claims }) => claims],
    ['has no subject', ({ sub: _sub, ...claims }) => claims],
    ['has an exp that is text', (claims) => ({ ...claims, exp: String(now() + hour) })],
    ['belongs to another access token', (claims) => ({ ...claims, at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' })],
    ['names somebody else than UserInfo', (claims) => ({ ...claims, sub: 'person-1906' })],
  ])('%s: exit 6 and nothing stored', async (_what, rewrite) => {
    server.rewriteIdToken(rewrite);
    const outcome = await signIn();
    expect([errorOf(outcome).exit_code, errorOf(outcome).code]).toEqual([
      6,
      expect.stringMatching(/^protocol_/),
    ]);
    await nothingIsStored();
  });

  it('that expired within the tolerance of 60 seconds is taken', async () => {
    server.rewriteIdToken((claims) => ({ ...claims, exp: now() - 30 }));
    expect((await signIn()).exitCode).toBe(0);
  });
});

describe('the authorization response', () => {
  it('names another issuer (T04): the token endpoint hears nothing', async () => {
    const before = server.hits('token');
    server.rewriteAuthorizationResponse((uri) => uri.searchParams.set('iss', 'https://evil.example'));
    const outcome = await signIn();
    expect(errorOf(outcome)).toMatchObject({ code: 'protocol_issuer_mismatch', exit_code: 6 });
    expect(server.hits('token')).toBe(before);
  });

  it('names no issuer though it was promised: refused', async () => {
    server.rewriteAuthorizationResponse((uri) => uri.searchParams.delete('iss'));
    expect(errorOf(await signIn())).toMatchObject({ code: 'protocol_issuer_mismatch' });
  });

  it('has another state (T06): it is not ours, and the wait goes on', async () => {
    const before = server.hits('token');
    server.rewriteAuthorizationResponse((uri) => uri.searchParams.set('state', 'x'.repeat(43)));
    const outcome = await signIn('--timeout', '1');
    expect(errorOf(outcome).code).toBe('login_timeout');
    expect(server.hits('token')).toBe(before);
  });
});

describe('the metadata', () => {
  it.each([
    ['another issuer', { issuer: 'https://evil.example' }, 6],
    ['an authorization endpoint that is a file', { authorization_endpoint: 'file:///etc/passwd' }, 6],
    ['an authorization endpoint that is a script', { authorization_endpoint: 'javascript:alert(1)' }, 6],
    ['a token endpoint in the clear', { token_endpoint: 'http://as.example/token' }, 6],
    [
      'an authorization endpoint with a client of its own',
      { authorization_endpoint: 'https://x.example/?client_id=a' },
      6,
    ],
    ['no S256', { code_challenge_methods_supported: ['plain'] }, 6],
    ['a token endpoint of somebody else', { token_endpoint: 'https://evil.example/token' }, 6],
  ])('names %s: refused before the browser opens', async (_what, change, exitCode) => {
    server.rewriteReply('discovery', (body) => ({ ...body, ...change }));
    const outcome = await line.runIn({ openBrowser: neverOpened }, ...target());
    expect(outcome.exitCode).toBe(exitCode);
    expect(errorOf(outcome).hint.length).toBeGreaterThan(10);
  });

  it('is not there: exit 3 says how to define the endpoints', async () => {
    server.breakEndpoint('discovery', { kind: 'html', status: 404 });
    const outcome = await signIn();
    expect(errorOf(outcome)).toMatchObject({ code: 'config_no_discovery', exit_code: 3 });
  });

  it('cannot be reached: exit 7', async () => {
    const outcome = await line.run(
      'http://127.0.0.1:9',
      '--client-id',
      'x',
      '--allow-http-loopback',
      '--json',
    );
    expect(errorOf(outcome)).toMatchObject({ code: 'network_unreachable', exit_code: 7 });
  });

  it('is served in the clear without the flag that allows it: refused', async () => {
    const outcome = await line.run(server.issuer, '--client-id', server.clientId, '--json');
    expect(outcome.exitCode).not.toBe(0);
    expect(errorOf(outcome).hint).toContain('--allow-http-loopback');
  });
});

describe('T09 an allowance lasts for one account', () => {
  it('is not written into the configuration', async () => {
    await signIn();
    const { readConfiguration } = await import('../../src/settings/configuration.ts');
    const configuration = await readConfiguration(line.context.paths);
    expect(JSON.stringify([...configuration.providers])).not.toMatch(/loopback|insecure/);
  });
});

describe('the command line', () => {
  it.each([
    [['gihub'], 2, /did you mean github/],
    [['token', 'gihub'], 2, /did you mean github/],
    [['git.example.com'], 2, /its address, https:\/\/git\.example\.com/],
    [['--bogus'], 2, /unknown option/],
    [
      ['switch', '--account', 'ada'],
      2,
      /hint: name the account without the flag: oauth-login switch github:octocat\n/,
    ],
    [
      ['status', '--account', 'ada'],
      2,
      /hint: it belongs to 11 other commands, such as login and whoami; oauth-login status --help shows its options\n/,
    ],
    [
      ['status', '--url-as', 'X'],
      2,
      /hint: --url-as belongs to another command, see oauth-login proxy --help\n/,
    ],
    [['statsu'], 2, /no command or provider "statsu"; did you mean oauth-login status\?/],
    [['help', 'statsu'], 2, /there is no command "statsu"/],
    [['https://a.example', '--host', 'b.example'], 2, /leave them out/],
    [['gitlab', '--issuer', 'https://a.example', '--tenant', 'b'], 2, /leave them out/],
    [['token', '--format', 'yaml'], 2, /raw, json, header, headers-json, env/],
    [['token', '--min-validity', 'x'], 2, /--min-validity 60/],
    [['login'], 2, /oauth-login github/],
    [['whoami'], 4, /sign in with: oauth-login github \(oauth-login providers lists/],
    [['token', 'github'], 4, /oauth-login github/],
    [['token', 'github', '--json', '--format', 'raw'], 2, /cannot be used with/],
    [['github', '--listen', '0.0.0.0'], 2, /unknown option/],
    [['github', '--client-secret', 'x'], 2, /unknown option.*\n.*--client-secret-file PATH/],
  ])('%j: exit %i and a next step', async (argv, exitCode, expected) => {
    const outcome = await line.run(...argv);
    expect(outcome.stdout).toBe('');
    expect(outcome.stderr).toMatch(expected);
    expect(outcome.exitCode).toBe(exitCode);
    if (!argv.includes('--json')) {
      expect(outcome.stderr).toMatch(/^oauth-login: error: .+\noauth-login: hint: .+\n$/);
    }
  });
});

describe('T13 a secret given as an option that is none', () => {
  const canary = "CANARY-of-a-'\n-typed-secret";
  const commands = [
    ['github'],
    ['login', 'github'],
    ['token', 'github'],
    ['exec', 'github'],
    ['request', 'github', 'https://api.github.com/user'],
    ['whoami'],
    ['status'],
    ['logout'],
    ['providers'],
    ['setup', 'github'],
    ['demo'],
  ];

  it.each(commands)('is not repeated by %s', async (...command) => {
    for (const options of [[], ['--json', '--events']]) {
      for (const option of [`--client-secret=${canary}`, `--pass_phrase:${canary}`, `-s${canary}`]) {
        const outcome = await line.run(...command, option, ...options);
        expect([outcome.exitCode, outcome.stdout]).toEqual([2, '']);
        expect(outcome.stderr).toContain(`unknown option ${/^--[a-z-]+|^-./.exec(option)?.[0]}`);
        expect(outcome.stderr).not.toContain('CANARY');
      }
    }
  });

  it.each([
    ['--client-secret', '--client-secret-file PATH (- is standard input)'],
    ['--secret', '--client-secret-file PATH (- is standard input)'],
    ['--passphrase', 'OAUTH_LOGIN_PASSPHRASE'],
    ['--password', 'OAUTH_LOGIN_PASSPHRASE'],
    ['--token', 'OAUTH_LOGIN_GITHUB_TOKEN'],
    ['--refresh-token', '--refresh-token-file PATH'],
    ['--subject-token', '--subject-token-file PATH'],
    ['--private-key', '--key-file PATH'],
  ])('%s is answered with the safe way', async (option, way) => {
    for (const words of [[`${option}=${canary}`], [option, canary]]) {
      const { stderr } = await line.run('token', 'github', ...words);
      expect(stderr).toContain(`error: unknown option ${option}\n`);
      expect(stderr).toMatch(/hint: other users can read a secret on the command line: .+\n$/);
      expect(stderr).toContain(way);
      expect(stderr).not.toContain('CANARY');
    }
  });

  it.each(['--keychain', '--key-id'])('%s is no secret, and is not taken for one', async (option) => {
    expect((await line.run('github', option)).stderr).not.toContain('a secret on the command line');
  });

  it('recommends no option that the command does not have', async () => {
    const { stderr } = await line.run('logout', '--key=x');
    expect(stderr).toContain('hint: other users can read a secret on the command line');
    expect(stderr).not.toContain('--key-file');
  });

  it('still proposes the option that was meant', async () => {
    expect((await line.run('github', '--no-brwser')).stderr).toContain(
      'unknown option --no-brwser; did you mean --no-browser?',
    );
  });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : expect.unreachable();
}

function prefix(): string {
  return `OAUTH_LOGIN_${new URL(server.issuer).host.replace(/[^0-9]/g, '_')}`;
}

async function neverOpened(): Promise<never> {
  throw new Error('the browser was opened');
}
