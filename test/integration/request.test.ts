import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { type CalledApi, openCalledApi } from '../support/called-api.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';
import { standardInput } from '../support/standard-input.ts';

let server: AuthorizationServer;
let api: QuirkyServer;
let line: CommandLine;
let request: CalledApi['request'];
let last: CalledApi['last'];

beforeAll(async () => {
  server = await startAuthorizationServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  ({ api, line, request, last } = closeAfterTest(await openCalledApi(server)));
});

const storedToken = async () => (await line.run('token', 'work')).stdout.trim();

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
    writeConfiguration(line, { providers: { work: { issuer: server.issuer } } });
    const { exitCode, stdout } = await request(`${server.issuer}/me`);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ sub: 'person-1815' });
  });

  it('takes a path where the token may go to one origin only', async () => {
    const several = await request('/thing?a=b');
    expect([several.exitCode, api.requests]).toEqual([2, []]);
    expect(several.stderr).toContain(
      'the path /thing?a=b alone does not say where the token of work should go',
    );
    expect(several.stderr).toContain(`for example ${api.origin}/thing?a=b; it may go to ${api.origin}, `);
    writeConfiguration(line, { providers: { work: { issuer: server.issuer } } });
    const { exitCode, stdout } = await request('/me');
    expect([exitCode, JSON.parse(stdout).sub]).toEqual([0, 'person-1815']);
    // None of these names another host.
    for (const address of ['//evil.example/', '/\\evil.example/', '\\/evil.example/']) {
      const refused = await request(address);
      expect([address, refused.exitCode]).toEqual([address, 2]);
      expect(refused.stderr).toContain('absolute URL');
    }
    expect((await request('/x/\\evil.example/@evil.example')).exitCode).toBe(0);
    expect(api.requests).toEqual([]);
  });

  it('says at a terminal that it waits for the body, and how that is ended', async () => {
    const said: string[] = [];
    const stderr = { isTTY: true, write: (text: string) => void said.push(text) };
    api.on('/thing', (_, response) => void response.end());
    const words = ['request', 'work', `${api.origin}/thing`, '-d', '@-'];
    await line.runIn({ stdin: { ...standardInput('a=1'), isTTY: true }, stderr: stderr as never }, ...words);
    expect(said.join('')).toContain(
      'oauth-login: type or paste the body of the request, then press Enter and Ctrl-D (Ctrl-C stops)\n',
    );
    expect(last().body).toBe('a=1');
    expect((await line.runIn({ stdin: standardInput('a=1') }, ...words)).stderr).toBe('');
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
    const stdin = standardInput('{"a":\n', Buffer.from('"é"}'));
    await line.runIn({ stdin }, 'request', 'work', `${api.origin}/thing`, '-X', 'put', '--json', '@-');
    expect(last()).toMatchObject({ method: 'PUT', body: '{"a":\n"é"}' });
    expect(last().headers).toMatchObject({ accept: 'application/json', 'content-type': 'application/json' });
    await request(`${api.origin}/thing`, '--json', '{"x"', '--json', ':1}', '-H', 'Accept: text/csv');
    expect(last()).toMatchObject({ method: 'POST', body: '{"x":1}', headers: { accept: 'text/csv' } });
  });

  it('sends nothing for somebody who signed out while the body was waited for', async () => {
    const stdin = {
      isTTY: false,
      async *[Symbol.asyncIterator]() {
        yield '{';
        expect((await line.run('logout', 'work')).exitCode).toBe(0);
        yield '}';
      },
    };
    const outcome = await line.runIn({ stdin }, 'request', 'work', `${api.origin}/thing`, '--json', '@-');
    expect([outcome.exitCode, outcome.stdout]).toEqual([4, '']);
    expect(outcome.stderr).toContain('is no longer stored');
    expect(api.requests).toHaveLength(0);
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
    [['HERE', '-H', 'Host: evil.example'], 'cannot be set'],
    [['HERE', '-H', 'Proxy-Authorization: x'], 'cannot be set'],
    [['HERE', '-H', 'Transfer-Encoding: chunked'], 'cannot be set'],
    [['HERE', '-H', 'X: a\r\nAuthorization: b'], 'malformed'],
    [['HERE', '-H', 'nothing'], 'malformed'],
    [['HERE', '-H', ': x'], 'malformed'],
    [['HERE', '-X', 'GE T'], 'not a method'],
    [['HERE', '-X', 'CONNECT'], 'not a method'],
    [['HERE', '-X', 'GET', '-d', 'x'], 'has no body'],
    [['HERE', '-d', 'x', '--json', '{}'], 'cannot be used together'],
    [['HERE', '-d', '@/no/such/file'], 'cannot read /no/such/file (no such file or directory)'],
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
    const sent: string[] = [];
    const openHttp: CommandLine['context']['openHttp'] = async () => ({
      fetch: async (input) => {
        sent.push(String(input));
        return new Response('no\n', { status: 401 });
      },
      close: async () => {},
    });
    const env = { OAUTH_LOGIN_GITHUB_TOKEN: 'given' };
    const outcome = await line.runIn({ env, openHttp }, 'request', 'github', 'https://api.github.com/user');
    expect(outcome).toEqual({ exitCode: 0, stdout: 'no\n', stderr: '' });
    expect(sent).toEqual(['https://api.github.com/user']);
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
