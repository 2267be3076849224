import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openHttp } from '../../src/adapters/http.ts';
import { systemClock } from '../../src/system/clock.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import type { BundledScript } from '../support/bundled-script.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { type CommandLine, errorOf, type Outcome, openCommandLine } from '../support/command-line.ts';
import { bundleCommand, homeOf, startCommand } from '../support/command-process.ts';
import { FakeKeychain } from '../support/fake-keychain.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';
import { type Authority, listen, openAuthority, serveHttps, type TestServer } from '../support/tls.ts';

let server: AuthorizationServer;
let api: QuirkyServer;
let line: CommandLine;

const signIn = (more: Parameters<CommandLine['runIn']>[0] = {}) =>
  line.runIn(more, 'login', 'work', '--client-id', server.clientId, '--allow-http-loopback');

beforeAll(async () => {
  server = await startAuthorizationServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  api = await openQuirkyServer();
  api.on('/thing', (_, response) => void response.setHeader('content-type', 'text/plain').end('the thing\n'));
  line = openCommandLine({ user: 'ada' });
  configure(line, { work: { issuer: server.issuer, api_origins: [api.origin] } });
  expect((await signIn()).exitCode).toBe(0);
});
afterEach(async () => {
  server.restore();
  line.close();
  await api.close();
});

function configure({ context }: CommandLine, providers: object): void {
  mkdirSync(context.paths.configDir, { recursive: true, mode: 0o700 });
  writeFileSync(join(context.paths.configDir, 'config.json'), JSON.stringify({ providers }), { mode: 0o600 });
}

const request = (...args: string[]): Promise<Outcome> => line.run('request', 'work', ...args);
/** What the hint says that has to stand in the configuration file. */
const remedyOf = ({ stderr }: Outcome): { providers: Record<string, object> } =>
  JSON.parse(/ has to say (\{.*\})\n/.exec(stderr)?.[1] ?? 'null');
const storedToken = async () => (await line.run('token', 'work')).stdout.trim();
const last = () => {
  const found = api.requests.at(-1);
  if (found === undefined) throw new Error('no request arrived');
  return found;
};

describe('request', () => {
  it('sends the token of the account to the API, and prints the body and nothing else', async () => {
    const outcome = await request(`${api.origin}/thing?a=b`);
    expect(outcome).toEqual({ exitCode: 0, stdout: 'the thing\n', stderr: '' });
    const { method, target, headers } = last();
    expect([method, target]).toEqual(['GET', '/thing?a=b']);
    expect(headers.authorization).toBe(`Bearer ${await storedToken()}`);
    expect(headers).toMatchObject({
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': 'oauth-login/0',
    });
    expect(api.requests).toHaveLength(1);
  });

  it('reaches the UserInfo endpoint without any configuration', async () => {
    configure(line, { work: { issuer: server.issuer } });
    const { exitCode, stdout } = await request(`${server.issuer}/me`);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ sub: 'person-1815' });
  });

  it('sends forms as curl does', async () => {
    api.on('/thing', (_, response) => void response.end());
    const file = join(line.directory, 'form');
    writeFileSync(file, 'x=1\r\n\0&y=2\n');
    await request(`${api.origin}/thing`, '-d', 'a=1\n', '--data', `@${file}`, '-d', '-5');
    expect(last()).toMatchObject({ method: 'POST', body: 'a=1\n&x=1&y=2&-5' });
    expect(last().headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  it('sends JSON as curl does, from standard input too', async () => {
    api.on('/thing', (_, response) => void response.end());
    const stdin = {
      isTTY: false,
      async *[Symbol.asyncIterator]() {
        yield '{"a":\n';
        yield Buffer.from('"é"}');
      },
    };
    await line.runIn({ stdin }, 'request', 'work', `${api.origin}/thing`, '-X', 'put', '--json', '@-');
    expect(last()).toMatchObject({ method: 'PUT', body: '{"a":\n"é"}' });
    expect(last().headers).toMatchObject({ accept: 'application/json', 'content-type': 'application/json' });
    await request(`${api.origin}/thing`, '--json', '{"x"', '--json', ':1}', '-H', 'Accept: text/csv');
    expect(last()).toMatchObject({ method: 'POST', body: '{"x":1}', headers: { accept: 'text/csv' } });
  });

  it('sets, repeats, empties and removes headers as curl does', async () => {
    const headers = ['X-One: 1', 'X-Many: a', 'x-many: b', 'X-Empty;', 'Accept:', 'User-Agent: mine/1'];
    await request(`${api.origin}/thing`, ...headers.flatMap((text) => ['-H', text]));
    expect(last().headers).toMatchObject({
      'x-one': '1',
      'x-many': 'a, b',
      'x-empty': '',
      'user-agent': 'mine/1',
    });
    expect(last().headers.accept).toBeUndefined();
  });

  it('prints the body of an error and exits 0, as curl does', async () => {
    api.on('/no', (_, response) => void response.writeHead(404).end('not here\n'));
    expect(await request(`${api.origin}/no`)).toEqual({ exitCode: 0, stdout: 'not here\n', stderr: '' });
  });

  it.each([
    [404, 5],
    [403, 5],
    [429, 5],
    [500, 7],
    [503, 7],
  ])('exits with --fail on status %i with %i, without the body, after one try', async (status, exitCode) => {
    api.on('/no', (_, response) => void response.writeHead(status).end('the body\n'));
    const outcome = await request(`${api.origin}/no`, '--fail');
    expect(outcome).toMatchObject({ exitCode, stdout: '' });
    expect(outcome.stderr).toContain(`answered with status ${status}\noauth-login: hint: `);
    expect(outcome.stderr).not.toContain('the body');
    expect(api.requests).toHaveLength(1);
  });

  it('shows the head of the response with -i', async () => {
    api.on('/thing', (_, response) => void response.writeHead(201, { 'x-b': ['1', '2'] }).end('body'));
    const { stdout } = await request(`${api.origin}/thing`, '-i');
    expect(stdout).toMatch(/^HTTP\/1\.1 201 Created\r\n(?:[\w-]+: .*\r\n)+\r\nbody$/);
    expect(stdout).toContain('x-b: 1, 2\r\n');
  });

  it.each(['HEAD', 'DELETE'])('copes with a response without a body: %s', async (method) => {
    api.on('/thing', (_, response) => void response.writeHead(method === 'HEAD' ? 200 : 204).end());
    expect(await request(`${api.origin}/thing`, '-X', method)).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
    expect(last().method).toBe(method);
  });

  it('follows no redirect and says where it leads, without the rest of the address', async () => {
    const other = await openQuirkyServer();
    api.on(
      '/go',
      (_, response) =>
        void response.writeHead(302, { location: `${other.origin}/path?secret=1` }).end('moved\n'),
    );
    const { exitCode, stdout, stderr } = await request(`${api.origin}/go`);
    expect(exitCode).toBe(0);
    expect(stdout).toBe('moved\n');
    expect(stderr).toBe(`oauth-login: note: status 302: the redirect to ${other.origin} is not followed\n`);
    expect(other.requests).toEqual([]);
    await other.close();
  });

  it.each([
    [['not-a-url'], 'absolute URL'],
    [['api.example.com/user'], 'absolute URL'],
    [['https://a b/'], 'absolute URL'],
    [['https://'], 'absolute URL'],
    [['ftp://127.0.0.1/'], 'absolute URL'],
    [['HERE', '-H', 'Authorization: Basic x'], 'carries the access token'],
    [['HERE', '-H', 'authorization:'], 'carries the access token'],
    [['HERE', '-H', 'Host: evil.example'], 'not for the user to set'],
    [['HERE', '-H', 'Proxy-Authorization: x'], 'not for the user to set'],
    [['HERE', '-H', 'Transfer-Encoding: chunked'], 'not for the user to set'],
    [['HERE', '-H', 'X: a\r\nAuthorization: b'], 'malformed'],
    [['HERE', '-H', 'nothing'], 'malformed'],
    [['HERE', '-H', ': x'], 'malformed'],
    [['HERE', '-X', 'GE T'], 'not a method'],
    [['HERE', '-X', 'CONNECT'], 'not a method'],
    [['HERE', '-X', 'GET', '-d', 'x'], 'has no body'],
    [['HERE', '-d', 'x', '--json', '{}'], 'cannot be used together'],
    [['HERE', '-d', '@/no/such/file'], 'cannot read /no/such/file (ENOENT)'],
  ])('refuses %j', async (args, message) => {
    const outcome = await request(...args.map((arg) => (arg === 'HERE' ? `${api.origin}/thing` : arg)));
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr).toContain(message);
    expect(api.requests).toEqual([]);
  });
});

describe('a token that the API does not accept', () => {
  it('is refreshed once, and the request is sent once more with its body', async () => {
    const before = await storedToken();
    api.on(
      '/thing',
      (_, response) => void response.writeHead(401).end('no\n'),
      (_, response) => void response.end('yes\n'),
    );
    const { exitCode, stdout } = await request(`${api.origin}/thing`, '-d', 'a=1');
    expect([exitCode, stdout]).toEqual([0, 'yes\n']);
    const sent = api.requestsTo('POST /thing');
    expect(sent.map(({ body }) => body)).toEqual(['a=1', 'a=1']);
    const after = await storedToken();
    expect(after).not.toBe(before);
    expect(sent.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${before}`, `Bearer ${after}`]);
  });

  it('is not refreshed a second time', async () => {
    const hits = server.hits('token');
    api.on('/thing', (_, response) => void response.writeHead(401).end('no\n'));
    expect(await request(`${api.origin}/thing`)).toEqual({ exitCode: 0, stdout: 'no\n', stderr: '' });
    expect(api.requests).toHaveLength(2);
    expect(server.hits('token')).toBe(hits + 1);
    expect((await request(`${api.origin}/thing`, '--fail')).exitCode).toBe(5);
  });

  it('cannot be refreshed when it came from the environment', async () => {
    api.on('/thing', (_, response) => void response.writeHead(401).end('no\n'));
    const hits = server.hits('token');
    expect(
      (
        await line.runIn(
          { env: { OAUTH_LOGIN_WORK_TOKEN: 'given' } },
          'request',
          'work',
          `${api.origin}/thing`,
        )
      ).exitCode,
    ).toBe(2);
    expect(api.requests).toEqual([]);
    expect(server.hits('token')).toBe(hits);
  });
});

describe('T02 a token leaves for no other origin', () => {
  const github = (address: string, ...more: string[]) =>
    line.runIn(
      { env: { OAUTH_LOGIN_GITHUB_TOKEN: 'gho_canary-of-github' }, openHttp: counting },
      'request',
      'github',
      address,
      ...more,
    );
  let sent: string[] = [];
  const counting: CommandLine['context']['openHttp'] = async () => ({
    fetch: async (input, init) => {
      sent.push(`${String(input)} ${new Headers(init?.headers).get('authorization')}`);
      return new Response('answer');
    },
    close: async () => {},
  });
  beforeEach(() => {
    sent = [];
  });

  it.each([
    ['the host', 'https://api.github.com/user', 'https://api.github.com/user'],
    ['upper case', 'HTTPS://API.GITHUB.COM/user', 'https://api.github.com/user'],
    ['the default port', 'https://api.github.com:443/user', 'https://api.github.com/user'],
    [
      'a backslash that is a slash',
      'https://api.github.com\\@evil.test/',
      'https://api.github.com/@evil.test/',
    ],
  ])('goes to %s', async (_, address, normalised) => {
    expect(await github(address)).toMatchObject({ exitCode: 0, stdout: 'answer' });
    expect(sent).toEqual([`${normalised} Bearer gho_canary-of-github`]);
  });

  it.each([
    ['a prefix', 'https://evil-api.github.com/'],
    ['a suffix', 'https://api.github.com.evil.test/'],
    ['a parent', 'https://github.com/'],
    ['a child', 'https://x.api.github.com/'],
    ['another port', 'https://api.github.com:8443/'],
    ['a trailing dot', 'https://api.github.com./'],
    ['plain http', 'http://api.github.com/'],
    ['plain http on the port of https', 'http://api.github.com:443/'],
    ['a look-alike', 'https://api.g\u0456thub.com/'],
    ['its punycode', 'https://api.xn--gthub-n4a.com/'],
    ['a user in front of another host', 'https://api.github.com@evil.test/'],
    ['a user in front of the host', 'https://x@api.github.com/'],
    ['an empty user', 'https://:x@api.github.com/'],
    ['an empty host', 'https:///api.github.com/'],
    ['no host', 'https:'],
    ['no scheme', '//api.github.com/'],
    ['an encoded slash', 'https://api.github.com%2f@evil.test/'],
    ['a line break', 'https://api.github.com\n.evil.test/'],
    ['an address as a number', 'https://2130706433/'],
    ['another provider', 'https://graph.microsoft.com/'],
  ])('does not go to %s', async (_, address) => {
    const outcome = await github(address);
    if (address === 'https:///api.github.com/') {
      // The URL standard ignores the third slash: it is the host itself.
      expect(sent).toEqual(['https://api.github.com/ Bearer gho_canary-of-github']);
      return;
    }
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(sent).toEqual([]);
    expectNoSecrets(outcome.stderr, ['gho_canary-of-github']);
  });

  it('is not even unsealed for another origin', async () => {
    line.close();
    line = openCommandLine({ user: 'ada' }, { OAUTH_LOGIN_STORE: 'keychain' });
    const keychain = new FakeKeychain();
    const inKeychain = { openKeychain: keychain.open };
    configure(line, { work: { issuer: server.issuer, api_origins: ['https://git.example.com'] } });
    expect((await signIn(inKeychain)).exitCode).toBe(0);
    const before = keychain.calls.get;
    const hosts = [
      'evil-git.example.com',
      'git.example.com.evil.test',
      'git.example.com:8443',
      'git.example.com.',
      'xn--git-x.example.com',
      'git.example.com@evil.test',
    ];
    for (const host of hosts) {
      const outcome = await line.runIn(
        { ...inKeychain, openHttp: counting },
        'request',
        'work',
        `https://${host}/x`,
      );
      expect([host, outcome.exitCode, outcome.stdout]).toEqual([host, 2, '']);
      expectNoSecrets(outcome.stderr, server.issuedSecrets());
    }
    expect(keychain.calls.get).toBe(before);
    expect(sent).toEqual([]);
    const allowed = await line.runIn(
      { ...inKeychain, openHttp: counting },
      'request',
      'work',
      'https://GIT.EXAMPLE.COM/x',
    );
    expect(allowed.stdout).toBe('answer');
    expect(sent).toHaveLength(1);
    expect(keychain.calls.get).toBeGreaterThan(before);
  });

  it('says where it may go, and how to add an API', async () => {
    const outcome = await request('https://elsewhere.example/');
    expect(outcome.stderr).toContain(`it may go to: ${api.origin}, ${server.issuer}; `);
    expect(remedyOf(outcome)).toEqual({
      providers: { work: { api_origins: [api.origin, 'https://elsewhere.example'] } },
    });
    const plain = await request('http://elsewhere.example/');
    expect(plain.stderr).toContain('plain http is only for a loopback address');
    expect(plain.stderr).not.toContain('api_origins');
  });

  const API = 'https://api.example.com';
  const byIssuer = { issuer: 'https://login.example.com', api_origins: [API] };
  const byHost = { preset: 'gitlab', host: 'git.example.com', api_origins: [API] };

  it.each<[string, string, string[], string, object]>([
    ['GITHUB', 'a preset', ['github'], 'github', { api_origins: [API] }],
    ['GIT_EXAMPLE_COM', 'a host', ['gitlab', '--host', 'git.example.com'], 'git.example.com', byHost],
    ['LOGIN_EXAMPLE_COM', 'an issuer', ['https://login.example.com'], 'login.example.com', byIssuer],
    ['OTHER', 'a named issuer', ['other', '--issuer', 'https://login.example.com'], 'other', byIssuer],
  ])(
    'OAUTH_LOGIN_%s_TOKEN of %s: what the error says to write is all that is missing',
    async (variable, _what, [word = '', ...flags], name, entry) => {
      const env = { [`OAUTH_LOGIN_${variable}_TOKEN`]: 'given-from-outside' };
      const sent: string[] = [];
      const openHttp = async () => ({
        fetch: async (input: string | URL | Request) => {
          sent.push(String(input));
          return new Response('answer');
        },
        close: async () => {},
      });
      configure(line, {});
      const ask = () => line.runIn({ env, openHttp }, 'request', word, `${API}/x`, ...flags);
      const refused = await ask();
      expect([refused.exitCode, refused.stdout, sent]).toEqual([2, '', []]);
      expect(refused.stderr).toContain(join(line.context.paths.configDir, 'config.json'));
      const remedy = remedyOf(refused);
      expect(remedy).toEqual({ providers: { [name]: entry } });
      configure(line, remedy.providers);
      expect(await ask()).toMatchObject({ exitCode: 0, stdout: 'answer' });
      expect(sent).toEqual([`${API}/x`]);
    },
  );

  it('is not sent over plain http for an account that was not allowed to', async () => {
    const outcome = await line.runIn(
      { env: { OAUTH_LOGIN_WORK_TOKEN: 'given-from-outside' } },
      'request',
      'work',
      `${api.origin}/thing`,
    );
    expect(outcome.exitCode).toBe(2);
    expect(api.requests).toEqual([]);
  });

  it('stays with the host it was issued for when the configuration changes', async () => {
    configure(line, { work: { issuer: 'https://other.example', api_origins: [api.origin] } });
    const stored = await line.run('request', 'work', `${api.origin}/thing`);
    expect(stored.exitCode).not.toBe(0);
    const byIssuer = await line.run('request', server.issuer, `${api.origin}/thing`);
    expect(byIssuer.exitCode).toBe(2);
    expect(api.requests).toEqual([]);
  });

  it.each([
    ['https://api.example.com/path'],
    ['http://api.example.com'],
    ['*.example.com'],
    ['https://*.example.com'],
    ['https://user@api.example.com'],
    ['http://localhost:80'],
  ])('takes no api_origins like %s', async (origin) => {
    configure(line, { work: { issuer: server.issuer, api_origins: [origin] } });
    const outcome = await request(`${api.origin}/thing`);
    expect(outcome.exitCode).toBe(3);
    expect(outcome.stderr).toContain('"api_origins"');
  });
});

describe('over TLS', () => {
  let authority: Authority;
  let https: TestServer;
  beforeAll(async () => {
    authority = await openAuthority();
    https = await serveHttps(
      await authority.issue(['IP:127.0.0.1']),
      (incoming, response) => void response.end(`${incoming.headers.authorization}\n`),
    );
  });
  afterAll(async () => {
    await https.close();
    await authority.remove();
  });

  it('a token of the environment goes to the origins of its provider, certificates checked', async () => {
    configure(line, { work: { issuer: server.issuer, api_origins: [https.origin] } });
    const env = { OAUTH_LOGIN_WORK_TOKEN: 'given-from-outside' };
    const args = ['request', 'work', `${https.origin}/`] as const;
    expect((await line.runIn({ env }, ...args)).exitCode).toBe(7);
    const trusting: CommandLine['context']['openHttp'] = (options) =>
      openHttp({ ...options, caFile: authority.caFile }, { env: {}, clock: systemClock });
    expect(await line.runIn({ env, openHttp: trusting }, ...args)).toEqual({
      exitCode: 0,
      stdout: 'Bearer given-from-outside\n',
      stderr: '',
    });
  });
});

describe('T32, T34 what a resource server sends', () => {
  const onTerminal = (...args: string[]) => {
    const shown: string[] = [];
    const stdout = { isTTY: true, write: (text: string) => shown.push(text) };
    const writeBytes = async (bytes: Uint8Array) => shown.push(Buffer.from(bytes).toString('latin1')) > 0;
    return line
      .runIn({ stdout, writeBytes }, 'request', 'work', `${api.origin}/thing`, ...args)
      .then((outcome) => ({ ...outcome, stdout: shown.join('') }));
  };

  it.each([
    ['a NUL', 'a\0b'],
    ['an escape', 'a\x1b]52;c;x\x07'],
    ['an 8-bit control', Buffer.from([0x9b, 0x32, 0x4a])],
    ['a control as UTF-8', 'a\u009b2J'],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])],
    ['a delete', 'a\x7f'],
  ])('is not shown on a terminal when it holds %s, unless -o - asks for it', async (_, body) => {
    api.on('/thing', (_request, response) => void response.end(body));
    const refused = await onTerminal();
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
    expect(refused.stderr).toContain('-o -');
    expect((await onTerminal('-o', '-')).stdout).toBe(Buffer.from(body).toString('latin1'));
  });

  it('is shown on a terminal when it is text, in any script', async () => {
    const text = '{"a":\t"é – 山田 😀"}\r\n'.repeat(9_000);
    api.on('/thing', (_request, response) => void response.end(text));
    const { exitCode, stdout } = await onTerminal();
    expect(exitCode).toBe(0);
    expect(Buffer.from(stdout, 'latin1').toString()).toBe(text);
  });

  it('cannot steer a terminal or a CI job by its headers', async () => {
    api.on('/thing', (_request, response) => {
      response.setHeader('x-a', '\u009b2J ##vso[task.setvariable]x');
      response.setHeader('x-c', Buffer.from('é 山 \u009b2J \u202e').toString('latin1'));
      response.setHeader('x-b', '::add-path::/tmp');
      // As bytes: with a text, Node would encode the head a second time.
      response.end(Buffer.from('x'));
    });
    const { stdout } = await request(`${api.origin}/thing`, '-i');
    expect(stdout).toContain('x-c: é 山\r\n');
    expect(stdout).toMatch(/^x-a: .*# #vso/m);
    expect(stdout).not.toMatch(/##|::|[^\r\n\P{Cc}]|\u202e/u);
  });
});

describe('request -o', () => {
  const file = (name = 'saved') => join(line.directory, name);
  const left = () =>
    readdirSync(line.directory)
      .filter((name) => name.includes('saved'))
      .sort();

  it('writes the body, with -i the head too, and nothing to standard output', async () => {
    expect(await request(`${api.origin}/thing`, '-o', file())).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
    expect(readFileSync(file(), 'utf8')).toBe('the thing\n');
    await request(`${api.origin}/thing`, '-i', '--output', file());
    expect(readFileSync(file(), 'utf8')).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]+\r\n\r\nthe thing\n$/);
    expect(left()).toEqual(['saved']);
  });

  it('keeps the file as it was, and leaves nothing behind, when the response breaks off', async () => {
    writeFileSync(file(), 'of yesterday', { mode: 0o640 });
    api.on('/thing', (_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      setTimeout(() => response.destroy(), 50);
    });
    const outcome = await request(`${api.origin}/thing`, '-o', file());
    expect(outcome.exitCode).toBe(7);
    expect(readFileSync(file(), 'utf8')).toBe('of yesterday');
    expect(left()).toEqual(['saved']);
  });

  it('leaves nothing behind with --fail, for another origin, or when it is interrupted', async () => {
    api.on('/no', (_, response) => void response.writeHead(404).end('x'));
    expect((await request(`${api.origin}/no`, '--fail', '-o', file())).exitCode).toBe(5);
    expect((await request('https://evil.example/', '-o', file())).exitCode).toBe(2);
    const controller = new AbortController();
    api.on('/endless', (_, response) => {
      response.writeHead(200).write('begun');
      setTimeout(() => controller.abort(), 100);
    });
    const { signal } = controller;
    const outcome = await line.runIn({ signal }, 'request', 'work', `${api.origin}/endless`, '-o', file());
    expect(outcome.exitCode).toBe(130);
    expect(left()).toEqual([]);
  });

  it('does not even send the request when the file cannot be written', async () => {
    const outcome = await request(
      `${api.origin}/thing`,
      '-X',
      'DELETE',
      '-o',
      join(line.directory, 'no', 'saved'),
    );
    expect(outcome.exitCode).toBe(8);
    expect(outcome.stderr).toContain('(ENOENT)');
    expect((await request(`${api.origin}/thing`, '-o', line.directory)).exitCode).toBe(8);
    expect(api.requests).toEqual([]);
  });

  it('writes through a link, and into a pipe instead of in its place', async () => {
    writeFileSync(file('saved-target'), 'old', { mode: 0o640 });
    symlinkSync(file('saved-target'), file('saved-link'));
    await request(`${api.origin}/thing`, '-o', file('saved-link'));
    expect(readFileSync(file('saved-target'), 'utf8')).toBe('the thing\n');
    expect(left()).toEqual(['saved-link', 'saved-target']);
    execFileSync('mkfifo', [file('saved-pipe')]);
    const reader = promisify(execFile)('cat', [file('saved-pipe')]);
    expect((await request(`${api.origin}/thing`, '-o', file('saved-pipe'))).exitCode).toBe(0);
    expect((await reader).stdout).toBe('the thing\n');
    expect(statSync(file('saved-pipe')).isFIFO()).toBe(true);
  });
});

describe('a response larger than memory', () => {
  const size = 300 * 1024 * 1024;
  let command: BundledScript;
  let large: TestServer;
  beforeAll(async () => {
    command = bundleCommand();
    const piece = Buffer.alloc(1024 * 1024, 'x');
    large = await listen(
      createServer((_, response) => {
        response.writeHead(200, { 'content-length': String(size) });
        let left = size;
        const more = () => {
          while (left > 0) {
            left -= piece.length;
            if (!response.write(piece) && left > 0) return void response.once('drain', more);
          }
          response.end();
        };
        more();
      }),
      'http',
    );
  });
  afterAll(async () => {
    command.remove();
    await large.close();
  });

  /** Highest resident set size of the process so far, in MiB. */
  const peakOf = (pid: number) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  };

  it.each(['into a file', 'to standard output'])('streams %s with little of it at a time', async (where) => {
    const file = join(line.directory, 'large');
    const output = where === 'into a file' ? ['-o', file] : [];
    configure(line, { work: { issuer: server.issuer, api_origins: [large.origin] } });
    const running = startCommand(
      command,
      ['request', 'work', `${large.origin}/`, ...output],
      homeOf(line),
      undefined,
      { drain: true },
    );
    let peak = 0;
    const watch = setInterval(() => {
      try {
        peak = Math.max(peak, peakOf(running.pid) || 0);
      } catch {}
    }, 20);
    const { code, stderr } = await running.ended;
    clearInterval(watch);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(running.received()).toBe(output.length === 0 ? size : 0);
    if (output.length > 0) expect(statSync(file).size).toBe(size);
    expect(peak).toBeGreaterThan(20);
    expect(peak).toBeLessThan(250);
  });

  it('is not read further than its reader reads', async () => {
    configure(line, { work: { issuer: server.issuer, api_origins: [large.origin] } });
    const running = startCommand(command, ['request', 'work', `${large.origin}/`], homeOf(line), undefined, {
      drain: true,
    });
    await running.printed(/^x/);
    running.child.stdout?.destroy();
    const { code, stderr } = await running.ended;
    expect(stderr).toBe('');
    expect(code).toBe(141);
  });
});

describe('T12 secrets of a request', () => {
  it('stay out of what is said with --debug', async () => {
    api.on('/thing', (_, response) => void response.writeHead(401).end('no\n'));
    const outcome = await request(`${api.origin}/thing?key=of-the-user-in-the-query`, '--debug', '-i');
    expect(outcome.stderr).toContain(`debug: GET ${api.origin}/thing 401`);
    expectNoSecrets(outcome.stdout + outcome.stderr, [...server.issuedSecrets(), 'of-the-user-in-the-query']);
  });
});

describe('errors of request', () => {
  it('are told in words: --json is a body there', async () => {
    const outcome = await request('https://evil.example/', '--json', '{}');
    expect(outcome.stderr).toMatch(/^oauth-login: error: .+\noauth-login: hint: .+\n$/);
    expect(() => errorOf(outcome)).toThrow();
  });

  it('tell a missing sign-in before anything else', async () => {
    const outcome = await line.run('request', 'google', 'https://www.googleapis.com/');
    expect(outcome.exitCode).toBe(4);
    expect(outcome.stderr).toContain('oauth-login google');
  });
});
