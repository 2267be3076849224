import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openHttp } from '../../src/adapters/http.ts';
import { systemClock } from '../../src/host/clock.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { type CalledApi, openCalledApi, signInToWork } from '../support/called-api.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, type Outcome, openCommandLine } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { FakeKeychain } from '../support/fake-keychain.ts';
import type { QuirkyServer } from '../support/quirky-server.ts';
import { type Authority, openAuthority, serveHttps, type TestServer } from '../support/tls.ts';

let server: AuthorizationServer;
let api: QuirkyServer;
let line: CommandLine;
let request: CalledApi['request'];

beforeAll(async () => {
  server = await startAuthorizationServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  ({ api, line, request } = closeAfterTest(await openCalledApi(server)));
});

/** What the hint says that has to stand in the configuration file. */
const remedyOf = ({ stderr }: Outcome): { providers: Record<string, object> } =>
  JSON.parse(/write this into \S+: (\{.*\})\n/.exec(stderr)?.[1] ?? 'null');

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
    // The URL standard ignores the third slash.
    ['a host behind three slashes', 'https:///api.github.com/', 'https://api.github.com/'],
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
    ['no host', 'https:'],
    ['no scheme', '//api.github.com/'],
    ['an encoded slash', 'https://api.github.com%2f@evil.test/'],
    ['a line break', 'https://api.github.com\n.evil.test/'],
    ['an address as a number', 'https://2130706433/'],
    ['another provider', 'https://graph.microsoft.com/'],
  ])('does not go to %s', async (_, address) => {
    const outcome = await github(address);
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(sent).toEqual([]);
    expectNoSecrets(outcome.stderr, ['gho_canary-of-github']);
  });

  it('is not even unsealed for another origin', async () => {
    line = closeAfterTest(openCommandLine({ user: 'ada' }, { OAUTH_LOGIN_STORE: 'keychain' }));
    const keychain = new FakeKeychain();
    const inKeychain = { openKeychain: keychain.open };
    writeConfiguration(line, {
      providers: { work: { issuer: server.issuer, api_origins: ['https://git.example.com'] } },
    });
    await signInToWork(line, server, inKeychain);
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
    expect(plain.stderr).toContain('plain http works only for a loopback address');
    expect(plain.stderr).not.toContain('api_origins');
  });

  const added = 'https://api.example.com';
  const byIssuer = { issuer: 'https://login.example.com', api_origins: [added] };
  const byHost = { preset: 'gitlab', host: 'git.example.com', api_origins: [added] };

  it.each<[string, string, string[], string, object]>([
    ['GITHUB', 'a preset', ['github'], 'github', { api_origins: [added] }],
    ['GIT_EXAMPLE_COM', 'a host', ['gitlab', '--host', 'git.example.com'], 'git.example.com', byHost],
    ['LOGIN_EXAMPLE_COM', 'an issuer', ['https://login.example.com'], 'login.example.com', byIssuer],
    ['OTHER', 'a named issuer', ['other', '--issuer', 'https://login.example.com'], 'other', byIssuer],
  ])(
    'OAUTH_LOGIN_%s_TOKEN of %s: what the error says to write is all that is missing',
    async (variable, _what, [word = '', ...flags], name, entry) => {
      const env = { [`OAUTH_LOGIN_${variable}_TOKEN`]: 'given-from-outside' };
      writeConfiguration(line, { providers: {} });
      const ask = () => line.runIn({ env, openHttp: counting }, 'request', word, `${added}/x`, ...flags);
      const refused = await ask();
      expect([refused.exitCode, refused.stdout, sent]).toEqual([2, '', []]);
      expect(refused.stderr).toContain(join(line.context.paths.configDir, 'config.json'));
      const remedy = remedyOf(refused);
      expect(remedy).toEqual({ providers: { [name]: entry } });
      writeConfiguration(line, remedy);
      expect(await ask()).toMatchObject({ exitCode: 0, stdout: 'answer' });
      expect(sent).toEqual([`${added}/x Bearer given-from-outside`]);
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
    writeConfiguration(line, {
      providers: { work: { issuer: 'https://other.example', api_origins: [api.origin] } },
    });
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
    writeConfiguration(line, { providers: { work: { issuer: server.issuer, api_origins: [origin] } } });
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
    writeConfiguration(line, { providers: { work: { issuer: server.issuer, api_origins: [https.origin] } } });
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
