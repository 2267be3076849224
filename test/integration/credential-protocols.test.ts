import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { FakeKeychain } from '../support/fake-keychain.ts';
import { standardInput } from '../support/standard-input.ts';

const API = 'https://api.example.com';
const CLUSTER = 'https://cluster.example.com:6443';

let server: AuthorizationServer;
let line: CommandLine;
let token: string;
const keychain = new FakeKeychain();
const env = { BROWSER: 'played', OAUTH_LOGIN_STORE: 'keychain' };

beforeAll(async () => {
  server = await startAuthorizationServer({ accessTokenLifetime: 600, idTokenLifetime: 600 });
  line = openCommandLine({ user: 'ada' });
  writeConfiguration(line, { providers: { forge: { issuer: server.issuer, api_origins: [API, CLUSTER] } } });
  await run({}, 'forge', '--client-id', server.clientId, '--allow-http-loopback');
  token = (await run({}, 'token')).stdout.trim();
});
afterEach(() => server.restore());
afterAll(async () => {
  line.close();
  await server.close();
});

type Changes = Parameters<CommandLine['runIn']>[0];
const run = (changes: Changes, ...argv: string[]) =>
  line.runIn({ env, openKeychain: keychain.open, ...changes }, ...argv);
const ask = (input: string, ...argv: string[]) => run({ stdin: standardInput(input) }, 'credential', ...argv);

/** What a question leads to, and how often the keychain was asked meanwhile. */
async function counted(input: string, ...argv: string[]) {
  const before = keychain.calls.open;
  const { exitCode, stdout } = await ask(input, ...argv);
  return { exitCode, stdout, opened: keychain.calls.open - before };
}

/** Addresses that are like the right one, and are not. */
const others = [
  'https://evil-api.example.com',
  'https://api.example.com.evil.test',
  'https://api.example.com:8443',
  'https://api.example.com.',
  'http://api.example.com',
  'https://api.example.com@evil.test',
  'https://xn--pi-jka.example.com',
];

describe('credential docker', () => {
  const nothing = { exitCode: 1, stdout: 'credentials not found in native keychain\n', opened: 0 };

  it('answers for a host, an address, and one in other letters', async () => {
    for (const name of ['api.example.com', `${API}/v2/`, 'API.example.com\n']) {
      const { exitCode, stdout } = await ask(name, 'docker', 'get');
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout)).toEqual({ ServerURL: name.trim(), Username: 'oauth2', Secret: token });
    }
  });

  it.each([...others, 'evil.test', 'api.example.com evil', '\0', '{}'])(
    'T02 finds nothing for %j, and opens no keychain',
    async (name) => {
      expect(await counted(name, 'docker', 'get')).toEqual(nothing);
      expect(await counted(name, 'docker', 'forge', 'get')).toEqual(nothing);
    },
  );

  it('gives the user name that the registry wants', async () => {
    const entry = { issuer: server.issuer, api_origins: [API, CLUSTER], registry: { username: '<token>' } };
    writeConfiguration(line, { providers: { forge: entry } });
    expect(JSON.parse((await ask('api.example.com', 'docker', 'get')).stdout)).toMatchObject({
      Username: '<token>',
    });
    expect(JSON.parse((await ask('', 'docker', 'list')).stdout)).toMatchObject({ [API]: '<token>' });
    const { registry: _registry, ...before } = entry;
    writeConfiguration(line, { providers: { forge: before } });
    expect((await ask('', 'docker', 'list')).stdout).toBe('{}\n');
  });

  it('keeps what docker stores nowhere, and forgets nothing', async () => {
    const { exitCode, stdout } = await ask(
      '{"ServerURL":"x","Username":"u","Secret":"planted"}',
      'docker',
      'store',
    );
    expect([exitCode, stdout]).toEqual([2, 'no passwords are kept for docker\n']);
    expect(await ask('api.example.com', 'docker', 'erase')).toMatchObject({ exitCode: 0, stdout: '' });
    expect((await ask('', 'docker', 'get')).stdout).toBe('no credentials server URL\n');
    expect(JSON.parse((await ask('api.example.com', 'docker', 'get')).stdout).Secret).toBe(token);
  });
});

describe('credential bazel', () => {
  it('adds the header of the API, and says until when', async () => {
    const { stdout } = await ask(`{"uri":"${API}/a/b?c=d","future":1}`, 'bazel', 'get');
    const { headers, expires } = JSON.parse(stdout);
    expect(headers).toEqual({ Authorization: [`Bearer ${token}`] });
    expect(Date.parse(expires)).toBeGreaterThan(Date.now());
  });

  it.each(others)('T02 has no header for %s', async (uri) => {
    expect(await counted(JSON.stringify({ uri }), 'bazel', 'get')).toEqual({
      exitCode: 0,
      stdout: '{"headers":{}}\n',
      opened: 0,
    });
  });

  it.each(['', '{', '[]', '{"uri":1}', '{"uri":"x"}', `{"uri":"${API}/${'x'.repeat(70_000)}"}`])(
    'answers nothing to the malformed question %.20j',
    async (input) => {
      expect(await counted(input, 'bazel', 'get')).toEqual({ exitCode: 2, stdout: '', opened: 0 });
    },
  );
});

describe('credential go', () => {
  it('says nothing before it is given an address, and then the headers for its server', async () => {
    expect(await counted('', 'go')).toEqual({ exitCode: 0, stdout: '', opened: 0 });
    const { stdout } = await ask('HTTP/1.1 401 Unauthorized\n\n', 'go', `${API}/mod/@v/list`);
    expect(stdout).toBe(`${API}/\n\nAuthorization: Bearer ${token}\n\n`);
  });

  it.each([...others, 'x', 'file:///etc/passwd'])('T02 says nothing for %s', async (url) => {
    expect(await counted('', 'go', url)).toEqual({ exitCode: 0, stdout: '', opened: 0 });
  });
});

describe('credential cargo', () => {
  const hello = '{"v":[1]}\n';
  const question = (url: unknown, more: object = {}) =>
    `${JSON.stringify({ v: 1, registry: { 'index-url': url }, kind: 'get', operation: 'read', args: [], ...more })}\n`;

  it('greets, and answers one question', async () => {
    const { stdout } = await ask(
      question(`sparse+${API}/index/`, { args: ['forge'] }),
      'cargo',
      '--cargo-plugin',
    );
    const [greeting, answer = '', ...rest] = stdout.split(/(?<=\n)/);
    expect([greeting, rest]).toEqual([hello, []]);
    expect(JSON.parse(answer).Ok).toMatchObject({
      kind: 'get',
      token: `Bearer ${token}`,
      cache: 'expires',
      operation_independent: true,
    });
  });

  it.each<[string, string]>([
    ...others.map((url): [string, string] => [question(`sparse+${url}/`), 'not-found']),
    [question('x'), 'url-not-supported'],
    [question(7), 'url-not-supported'],
    [question(API, { kind: 'login' }), 'operation-not-supported'],
    [question(API, { v: 2 }), 'operation-not-supported'],
    ['', 'operation-not-supported'],
    ['{\n', 'operation-not-supported'],
  ])('T02 answers %.80j with an error', async (input, kind) => {
    expect(await counted(input, 'cargo', '--cargo-plugin')).toEqual({
      exitCode: 0,
      stdout: `${hello}{"Err":{"kind":"${kind}"}}\n`,
      opened: 0,
    });
  });
});

describe('credential terraform', () => {
  it('gives the token of a host', async () => {
    expect((await ask('', 'terraform', 'get', 'api.example.com')).stdout).toBe(`{"token":"${token}"}\n`);
    expect((await ask('', 'terraform', 'forge', 'get', 'api.example.com')).stdout).toBe(
      `{"token":"${token}"}\n`,
    );
  });

  it('T02 has none for another', async () => {
    for (const host of ['evil.test', 'api.example.com:8443', 'api.example.com.']) {
      expect(await counted('', 'terraform', 'get', host)).toEqual({ exitCode: 0, stdout: '{}\n', opened: 0 });
    }
    for (const words of [
      ['get', 'a@b'],
      ['get'],
      ['store', 'api.example.com'],
      ['forget', 'api.example.com'],
    ]) {
      expect(await counted('{}', 'terraform', ...words)).toEqual({ exitCode: 2, stdout: '', opened: 0 });
    }
  });
});

describe('credential kubernetes', () => {
  const info = (spec: unknown, version = 'v1') =>
    JSON.stringify({ apiVersion: `client.authentication.k8s.io/${version}`, kind: 'ExecCredential', spec });
  const asked = (text: string | undefined, ...flags: string[]) =>
    run(
      { env: { ...env, ...(text === undefined ? {} : { KUBERNETES_EXEC_INFO: text }) } },
      'credential',
      'kubernetes',
      'forge',
      ...flags,
    );
  const cluster = { cluster: { server: CLUSTER }, interactive: false };

  it('gives the ID Token, or the access token, and its end', async () => {
    const { stdout } = await asked(info(cluster, 'v1beta1'));
    const { status, ...rest } = JSON.parse(stdout);
    expect(rest).toEqual({ apiVersion: 'client.authentication.k8s.io/v1beta1', kind: 'ExecCredential' });
    expect(status.token).toBe((await run({}, 'token', '--id-token')).stdout.trim());
    expect(status.expirationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const other = JSON.parse((await asked(info(cluster), '--access-token')).stdout);
    expect(other.status.token).toBe(token);
  });

  it.each<[string, string | undefined]>([
    ['no cluster', info({ interactive: false })],
    ['another cluster', info({ cluster: { server: 'https://evil.test:6443' } })],
    ['a cluster without TLS', info({ cluster: { server: CLUSTER.replace('https', 'http') } })],
    ['another port', info({ cluster: { server: 'https://cluster.example.com' } })],
    ['another version', info(cluster, 'v2')],
    [
      'a cluster that proves nothing',
      info({ cluster: { ...cluster.cluster, 'insecure-skip-tls-verify': true } }),
    ],
    ['a way through a proxy', info({ cluster: { ...cluster.cluster, 'proxy-url': 'http://evil.test' } })],
    ['no information', undefined],
    ['what is not JSON', '{'],
    ['10 MB', info({ ...cluster, x: 'x'.repeat(10_000_000) })],
  ])('T53 gives nothing for %s', async (_, text) => {
    const before = keychain.calls.open;
    const { exitCode, stdout } = await asked(text);
    expect([exitCode, stdout, keychain.calls.open - before]).toEqual([2, '', 0]);
  });

  it('T53 takes no endpoint, scope or store from a kubeconfig', async () => {
    for (const flag of ['--issuer', '--scope', '--host', '--store', '--ca-file']) {
      expect(await asked(info(cluster), flag, 'x')).toMatchObject({ exitCode: 2, stdout: '' });
    }
  });

  it('T53 opens no browser when the sign-in has ended', async () => {
    server.breakEndpoint('token', {
      kind: 'reply',
      status: 400,
      body: '{"error":"temporarily_unavailable"}',
    });
    const clock = { ...line.context.clock, now: () => new Date(Date.now() + 3_600_000) };
    const openBrowser = () => Promise.reject(new Error('a browser was opened'));
    const changes = { clock, openBrowser, env: { ...env, KUBERNETES_EXEC_INFO: info(cluster) } };
    const { exitCode, stdout } = await run(changes, 'credential', 'kubernetes', 'forge');
    expect(exitCode).toBeGreaterThan(0);
    expect(stdout).toBe('');
  });
});

describe('credential xoauth2 and oauthbearer', () => {
  const decoded = async (...argv: string[]) =>
    Buffer.from((await ask('', ...argv)).stdout.trim(), 'base64').toString();

  it('make the text of the mechanism', async () => {
    expect(await decoded('xoauth2', 'forge', '--user', 'a@b')).toBe(
      `user=a@b\x01auth=Bearer ${token}\x01\x01`,
    );
    expect(await decoded('oauthbearer', '--user', 'a=,b')).toBe(
      `n,a=a=3D=2Cb,\x01auth=Bearer ${token}\x01\x01`,
    );
    expect(await decoded('oauthbearer')).toContain('n,a=ada@example.com,');
  });

  it('take no user name that would add a part of its own', async () => {
    expect(await counted('', 'xoauth2', '--user', 'a\x01auth=x')).toEqual({
      exitCode: 2,
      stdout: '',
      opened: 0,
    });
  });
});

describe('credential mcp', () => {
  it('gives the headers of an address of an account', async () => {
    expect(JSON.parse((await ask('', 'mcp', `${API}/mcp`)).stdout)).toEqual({
      Authorization: `Bearer ${token}`,
    });
    for (const url of [...others, 'x', '']) {
      expect(await counted('', 'mcp', url)).toEqual({ exitCode: 2, stdout: '', opened: 0 });
    }
  });
});

describe('what helpers say', () => {
  it('holds no refresh token, and an unknown kind is refused', async () => {
    expectNoSecrets(line.everythingSaid(), server.issuedSecrets('refresh_token'));
    expect(await ask('', 'svn', 'get')).toMatchObject({ exitCode: 2, stdout: '' });
  });
});
