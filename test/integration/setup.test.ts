import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expandProvider } from '../../src/providers/expand.ts';
import { github } from '../../src/providers/github.ts';
import { google } from '../../src/providers/google.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import { formOf, lastTo } from '../support/preset-at-the-wire.ts';
import { playProvider } from '../support/quirky-providers.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';

const clientSecret = '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';

/** A port that no other run of these tests has at the same time. */
const fixedPort = 20_000 + (process.pid % 10_000);
const confidentialRedirectUri = `http://127.0.0.1:${fixedPort}/callback`;

/** The configuration as it stands in the file; nothing when there is no file. */
function configurationOf({ directory }: CommandLine): unknown {
  try {
    return JSON.parse(readFileSync(join(directory, 'config', 'config.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Everything that the command has written, by name. */
function filesOf({ directory }: CommandLine): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
}

function stdinWith(text: string) {
  return {
    isTTY: false,
    async *[Symbol.asyncIterator]() {
      yield text;
    },
  };
}

describe('with the presets', () => {
  let server: QuirkyServer;
  let line: PlayedCommandLine;
  beforeEach(async () => {
    server = await openQuirkyServer();
    line = openPlayedCommandLine(server);
  });
  afterEach(async () => {
    line.close();
    await server.close();
  });

  /** A file beside the directories of the command. */
  function fileWith(content: string | object): string {
    const folder = join(line.directory, 'downloads');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'client_secret_1.json');
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  }
  const client = {
    client_id: '1234.apps.googleusercontent.com',
    project_id: 'project',
    auth_uri: 'https://accounts.google.com/o/oauth2/auth',
    token_uri: 'https://oauth2.googleapis.com/token',
    client_secret: clientSecret,
  };

  describe('the import of Google’s client file', () => {
    const person = { sub: '1', name: 'Ada', email: 'ada@example.com', email_verified: true };
    const playGoogle = () =>
      playProvider(server, google, { token: { expires_in: 3599 }, idToken: { sub: '1' }, profile: person });

    it('takes the type "installed": any free port, and no question at the sign-in', async () => {
      const file = fileWith({ installed: { ...client, redirect_uris: ['http://localhost'] } });
      const { exitCode, stdout, stderr } = await line.run('setup', 'google', '--from', file);
      expect(exitCode).toBe(0);
      expect(stdout).toBe(
        `Saved the client for Google in ${join(line.directory, 'config', 'config.json')}, its secret sealed.\nSign in with: oauth-login google\n`,
      );
      expect(stderr).toContain(`${file} still holds the client secret`);
      expect(configurationOf(line)).toEqual({ providers: { google: { client_id: client.client_id } } });
      playGoogle();
      expect((await line.run('google')).exitCode).toBe(0);
      expect(lastTo(server, '/accounts.google.com/o/oauth2/v2/auth').query.get('redirect_uri')).toMatch(
        /^http:\/\/127\.0\.0\.1:\d+\/callback$/,
      );
      expect(formOf(lastTo(server, 'POST /oauth2.googleapis.com/token'))).toMatchObject({
        client_id: client.client_id,
        client_secret: clientSecret,
      });
    });

    it('takes the type "web": the registered redirect URI on this machine, to the letter', async () => {
      const redirectUri = `http://localhost:${fixedPort}/oauth/back`;
      const file = fileWith({
        web: {
          ...client,
          redirect_uris: [
            'https://example.com/back',
            'http://localhost',
            'http://localhost/back',
            redirectUri,
          ],
          javascript_origins: ['http://localhost'],
        },
      });
      expect((await line.run('setup', 'google', '--from', file)).exitCode).toBe(0);
      expect(configurationOf(line)).toEqual({
        providers: { google: { client_id: client.client_id, redirect_uri: redirectUri } },
      });
      playGoogle();
      expect((await line.run('google')).exitCode).toBe(0);
      expect(lastTo(server, '/accounts.google.com/o/oauth2/v2/auth').query.get('redirect_uri')).toBe(
        redirectUri,
      );
    });

    it('keeps the secret sealed and out of sight', async () => {
      const file = fileWith({ installed: client });
      await line.run('setup', 'google', '--from', file, '--debug');
      expectNoSecrets(line.everythingSaid(), [clientSecret]);
      expectNoSecrets({ directory: join(line.directory, 'config') }, [clientSecret]);
      expectNoSecrets({ directory: join(line.directory, 'data') }, [clientSecret]);
    });

    const { client_secret: _, ...withoutSecret } = client;
    it.each<[string, string | object, RegExp, RegExp]>([
      ['no JSON', '<html>', /is not JSON/, /Download JSON/],
      ['nothing', '', /is not JSON/, /Download JSON/],
      ['a list', '[]', /neither "installed" nor "web"/, /Desktop app/],
      ['another type', { android: client }, /neither "installed" nor "web"/, /Desktop app/],
      ['a type that is no object', { installed: 'x' }, /neither "installed" nor "web"/, /Desktop app/],
      [
        'the key of a service account',
        { type: 'service_account', private_key: 'x' },
        /service account/,
        /Desktop app/,
      ],
      [
        'a finished sign-in',
        { type: 'authorized_user', refresh_token: 'x' },
        /finished sign-in/,
        /Desktop app/,
      ],
      [
        'no client id',
        { installed: { ...client, client_id: undefined } },
        /has no client_id/,
        /Download JSON/,
      ],
      [
        'a client id with a line break',
        { installed: { ...client, client_id: 'a\nb' } },
        /has no client_id/,
        /Download/,
      ],
      ['no secret', { installed: withoutSecret }, /has no client_secret/, /oauth-login setup google/],
      [
        'a secret that is a number',
        { installed: { ...client, client_secret: 1 } },
        /client_secret that is none/,
        /Download/,
      ],
      [
        'no redirect URI',
        { web: client },
        /registers no redirect URI on this machine/,
        /http:\/\/localhost:8765\/callback/,
      ],
      [
        'redirect URIs that cannot be listened on',
        {
          web: {
            ...client,
            redirect_uris: [
              'http://localhost',
              'http://localhost/callback',
              'http://localhost:80/callback',
              'http://localhost:8765',
              'http://localhost:8765/callback?a=1',
              'https://localhost:8765/callback',
              'http://localhost.evil.test:8765/callback',
              42,
            ],
          },
        },
        /registers no redirect URI on this machine/,
        /Desktop app/,
      ],
      ['too much', ' '.repeat(70_000), /too large/, /Download JSON/],
    ])('refuses a file that holds %s, and saves nothing', async (_name, content, message, hint) => {
      const file = fileWith(content);
      const outcome = await line.run('setup', 'google', '--from', file);
      expect(outcome.exitCode).toBe(3);
      expect(outcome.stdout).toBe('');
      expect(outcome.stderr).toMatch(message);
      expect(outcome.stderr).toMatch(hint);
      expectNoSecrets(outcome.stderr, [clientSecret]);
      expect(filesOf(line)).toEqual(['client_secret_1.json']);
    });

    it.each([
      ['is not there', () => join(line.directory, 'missing.json'), /cannot be read \(ENOENT\)/],
      ['is a directory', () => line.directory, /cannot be read \(EISDIR\)/],
      ['never ends', () => '/dev/zero', /too large/],
    ])('refuses a file that %s', async (_name, path, message) => {
      const outcome = await line.run('setup', 'google', '--from', path());
      expect(outcome.exitCode).toBe(3);
      expect(outcome.stderr).toMatch(message);
      expect(filesOf(line)).toEqual([]);
    });

    it('is for Google only, and goes with no other source of the client', async () => {
      const file = fileWith({ installed: client });
      expect((await line.run('setup', 'github', '--from', file)).exitCode).toBe(2);
      for (const flag of [
        ['--client-id', 'x'],
        ['--client-secret-file', '-'],
        ['--issuer', 'https://a.test'],
      ]) {
        expect((await line.run('setup', 'google', '--from', file, ...flag)).exitCode).toBe(2);
      }
      expect(configurationOf(line)).toBeUndefined();
    });
  });

  describe('the client secret', () => {
    const set = (...more: string[]) => line.run('setup', 'github', '--client-id', 'Iv1.abc', ...more);

    it('comes from standard input, is sealed, and is used without a question', async () => {
      const { exitCode } = await line.runIn(
        { stdin: stdinWith(`${clientSecret}\n`) },
        'setup',
        'github',
        '--client-id',
        'Iv1.abc',
        '--client-secret-file',
        '-',
      );
      expect(exitCode).toBe(0);
      expect(configurationOf(line)).toEqual({ providers: { github: { client_id: 'Iv1.abc' } } });
      expectNoSecrets({ directory: line.directory }, [clientSecret]);
      expectNoSecrets(line.everythingSaid(), [clientSecret]);
      playProvider(server, expandProvider(github), { profile: { id: 1, login: 'o', email: 'o@g.test' } });
      expect((await line.run('github')).exitCode).toBe(0);
      expect(formOf(lastTo(server, 'POST /github.com/login/oauth/access_token'))).toMatchObject({
        client_id: 'Iv1.abc',
        client_secret: clientSecret,
      });
    });

    it('comes from a file that only its owner may read', async () => {
      const file = fileWith(`${clientSecret}\n`);
      chmodSync(file, 0o600);
      expect((await set('--client-secret-file', file)).exitCode).toBe(0);
      expect(filesOf(line).filter((name) => name.endsWith('.client'))).toHaveLength(1);
    });

    it.each([0o644, 0o640, 0o604])('is not taken from a file of mode %o', async (mode) => {
      const file = fileWith(clientSecret);
      chmodSync(file, mode);
      const outcome = await set('--client-secret-file', file);
      expect(outcome.exitCode).toBe(8);
      expect(outcome.stderr).toContain(`chmod 600 ${file}`);
      expect(filesOf(line)).toEqual(['client_secret_1.json']);
    });

    it.each([
      ['is empty', ''],
      ['has two lines', 'one\ntwo\n'],
      ['is binary', '\x00\x01\x02'],
      ['is huge', 'x'.repeat(70_000)],
    ])('is not taken from a file that %s', async (_name, content) => {
      const file = fileWith(content);
      chmodSync(file, 0o600);
      expect((await set('--client-secret-file', file)).exitCode).toBe(3);
      expect(configurationOf(line)).toBeUndefined();
    });

    it('is missed aloud when the provider wants one and nobody can be asked', async () => {
      const { exitCode, stderr } = await set();
      expect(exitCode).toBe(0);
      expect(stderr).toContain('GitHub wants a client secret as well');
      expect(stderr).toContain('OAUTH_LOGIN_GITHUB_CLIENT_SECRET');
      const outcome = await line.run('github', '--json');
      expect(outcome.exitCode).toBe(3);
      expect(errorOf(outcome).code).toBe('config_missing_client_secret');
    });
  });

  describe('a host of one’s own', () => {
    const host = 'github.example.com';
    const setUp = () =>
      line.runIn(
        { stdin: stdinWith(clientSecret) },
        ...['setup', 'github', '--host', host, '--client-id', 'Iv1.own', '--client-secret-file', '-'],
      );

    it('gets a client of its own, and the command it names signs in there', async () => {
      const { exitCode, stdout } = await setUp();
      expect(exitCode).toBe(0);
      expect(configurationOf(line)).toEqual({
        providers: { [host]: { preset: 'github', host, client_id: 'Iv1.own' } },
      });
      const command = /Sign in with: oauth-login (.*)\n$/.exec(stdout)?.[1] ?? '';
      expect(command).toBe(host);
      playProvider(server, expandProvider(github, { host }), {
        profile: { id: 1, login: 'o', email: 'o@g.test' },
      });
      for (const target of [[command], ['github', '--host', host]]) {
        expect((await line.run(...target)).exitCode).toBe(0);
        expect(formOf(lastTo(server, `POST /${host}/login/oauth/access_token`))).toMatchObject({
          client_id: 'Iv1.own',
          client_secret: clientSecret,
        });
      }
      expect(JSON.parse((await line.run('whoami', command, '--json')).stdout)).toMatchObject({
        provider: host,
      });
      const github_com = await line.run('github', '--json');
      expect(errorOf(github_com).code).toBe('config_missing_client_id');
    });

    it('can be set up again: nothing is lost, and nothing is there twice', async () => {
      await setUp();
      const before = configurationOf(line);
      const files = filesOf(line).sort();
      expect((await setUp()).exitCode).toBe(0);
      expect(configurationOf(line)).toEqual(before);
      expect(filesOf(line).sort()).toEqual(files);
    });
  });

  it('leaves everything else of the configuration as it stands', async () => {
    const own = {
      $schema: 'https://example.com/schema.json',
      store: 'file',
      providers: {
        google: { scopes: ['openid'], parameters: { hd: 'example.com' } },
        'work-sso': { issuer: 'https://sso.example.com', client_id: 'work' },
      },
    };
    mkdirSync(join(line.directory, 'config'), { mode: 0o700 });
    writeFileSync(join(line.directory, 'config', 'config.json'), JSON.stringify(own), { mode: 0o600 });
    const file = fileWith({ installed: client });
    expect((await line.run('setup', 'google', '--from', file)).exitCode).toBe(0);
    expect(configurationOf(line)).toEqual({
      ...own,
      providers: { ...own.providers, google: { ...own.providers.google, client_id: client.client_id } },
    });
  });

  it('remembers the tenant, the scopes and the redirect URI that were given', async () => {
    await line.run(
      ...['setup', 'microsoft', '--client-id', 'app', '--tenant', 'contoso.example', '--scope', 'User.Read'],
      ...['--redirect-uri', 'http://localhost:23456/callback'],
    );
    expect(configurationOf(line)).toEqual({
      providers: {
        microsoft: {
          client_id: 'app',
          tenant: 'contoso.example',
          scopes: ['openid', 'profile', 'email', 'User.Read'],
          redirect_uri: 'http://localhost:23456/callback',
        },
      },
    });
  });

  it('takes the client id of the environment when a provider is defined without a terminal', async () => {
    server.on('/sso.example.com/.well-known/openid-configuration', (_request, response) =>
      json({
        issuer: 'https://sso.example.com',
        authorization_endpoint: 'https://sso.example.com/authorize',
        token_endpoint: 'https://sso.example.com/token',
        jwks_uri: 'https://sso.example.com/jwks',
        code_challenge_methods_supported: ['S256'],
      })(_request, response, server),
    );
    const argv = ['setup', 'work-sso', '--issuer', 'https://sso.example.com'];
    const outcome = await line.run(...argv);
    expect(outcome.exitCode).toBe(3);
    expect(outcome.stderr).toContain('http://127.0.0.1/callback');
    expect(filesOf(line)).toEqual([]);
    const env = { ...line.context.env, OAUTH_LOGIN_WORK_SSO_CLIENT_ID: 'from-outside' };
    expect((await line.runIn({ env }, ...argv)).exitCode).toBe(0);
    expect(configurationOf(line)).toEqual({
      providers: { 'work-sso': { issuer: 'https://sso.example.com', client_id: 'from-outside' } },
    });
  });
});

describe('with an issuer', () => {
  let server: AuthorizationServer;
  let line: CommandLine;
  beforeAll(async () => {
    server = await startAuthorizationServer({
      confidentialClients: [
        {
          clientId: 'confidential',
          clientSecret,
          authentication: 'client_secret_post',
          redirectUris: [confidentialRedirectUri],
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
  const setUp = (...more: string[]) =>
    line.run('setup', 'demo-sso', '--issuer', server.issuer, '--allow-http-loopback', ...more);

  it('defines a provider of one’s own, and the command it names signs in', async () => {
    const { exitCode, stdout } = await setUp('--client-id', server.clientId);
    expect(exitCode).toBe(0);
    expect(configurationOf(line)).toEqual({
      providers: { 'demo-sso': { issuer: server.issuer, client_id: server.clientId } },
    });
    const command = /Sign in with: oauth-login (.*)\n$/.exec(stdout)?.[1] ?? '';
    expect(command).toBe('demo-sso --allow-http-loopback');
    const signedIn = await line.run(...command.split(' '));
    expect(signedIn.exitCode).toBe(0);
    expect(signedIn.stdout).toMatch(/^Signed in to demo-sso as ada /);
    expect((await line.run('whoami', 'demo-sso')).exitCode).toBe(0);
    expect((await line.run('providers')).stdout).toContain('demo-sso   demo-sso (your own, client id set)');
  });

  it('names a command that signs in again, flags included, when the sign-in has ended', async () => {
    await setUp('--client-id', server.clientId);
    await line.run('demo-sso', '--allow-http-loopback');
    server.breakEndpoint('token', { kind: 'reply', status: 400, body: '{"error":"invalid_grant"}' });
    const outcome = await line.run('token', '--refresh', '--json');
    const command = /^sign in again with: oauth-login (.*)$/.exec(errorOf(outcome).hint)?.[1] ?? '';
    server.restore();
    expect(command).toBe('demo-sso --allow-http-loopback');
    expect((await line.run(...command.split(' '))).exitCode).toBe(0);
  });

  it('seals the secret of a confidential client, and signs in with it', async () => {
    const { exitCode, stdout } = await line.runIn(
      { stdin: stdinWith(clientSecret) },
      ...['setup', 'demo-sso', '--issuer', server.issuer, '--allow-http-loopback'],
      ...['--client-id', 'confidential', '--client-secret-file', '-'],
      ...['--redirect-uri', confidentialRedirectUri],
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain('its secret sealed');
    expectNoSecrets({ directory: line.directory }, [clientSecret]);
    expect((await line.run('demo-sso', '--allow-http-loopback')).exitCode).toBe(0);
    expect(server.requestsTo('token').at(-1)?.form.get('client_id')).toBe('confidential');
  });

  it.each<[string, () => string, number, RegExp]>([
    ['that is not there', () => `${server.issuer}/nowhere`, 3, /publishes no metadata/],
    ['with one slash more', () => `${server.issuer}/`, 6, /belongs to http/],
    ['that nobody listens at', () => 'http://127.0.0.1:1', 7, /127\.0\.0\.1:1/],
    ['that is no URL', () => 'login.example.com', 2, /not a plain URL/],
    ['of a scheme that is none', () => 'ftp://login.example.com', 2, /not a plain URL/],
  ])('saves nothing for an issuer %s', async (_name, issuer, exitCode, message) => {
    const outcome = await line.run(
      ...['setup', 'demo-sso', '--issuer', issuer(), '--allow-http-loopback', '--client-id', 'demo'],
    );
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr).toMatch(/^oauth-login: error: .+\noauth-login: hint: .+\n$/);
    expect(filesOf(line)).toEqual([]);
    const again = await line.run('demo-sso', '--json');
    expect(errorOf(again).code).toBe('usage_unknown_provider');
  });

  it('saves nothing over plain http without leave', async () => {
    const outcome = await line.run('setup', 'demo-sso', '--issuer', server.issuer, '--client-id', 'demo');
    expect(outcome.exitCode).toBe(3);
    expect(outcome.stderr).toContain('--allow-http-loopback');
    expect(filesOf(line)).toEqual([]);
  });

  it.each([
    ['HTML', { kind: 'html', status: 200 }, 6],
    ['nothing', { kind: 'reset' }, 7],
    ['502', { kind: 'html', status: 502 }, 7],
  ] as const)('saves nothing when the metadata is %s', async (_name, fault, exitCode) => {
    server.breakEndpoint('discovery', fault);
    expect((await setUp('--client-id', 'demo')).exitCode).toBe(exitCode);
    expect(filesOf(line)).toEqual([]);
  });

  it('saves nothing when the metadata belongs to another issuer', async () => {
    server.rewriteReply('discovery', (body) => ({ ...body, issuer: 'https://evil.test' }));
    expect((await setUp('--client-id', 'demo')).exitCode).toBe(6);
    expect(filesOf(line)).toEqual([]);
  });

  it('gives no name a second meaning', async () => {
    for (const name of ['github', 'twitter']) {
      const outcome = await line.run(
        ...['setup', name, '--issuer', server.issuer, '--allow-http-loopback', '--client-id', 'demo'],
      );
      expect(outcome.exitCode).toBe(2);
      expect(outcome.stderr).toContain(`oauth-login setup my-${name} --issuer ${server.issuer}`);
    }
    await setUp('--client-id', 'demo');
    const before = configurationOf(line);
    const other = await line.run(
      'setup',
      'demo-sso',
      '--issuer',
      'https://other.test',
      '--client-id',
      'demo',
    );
    expect(other.exitCode).toBe(2);
    expect(configurationOf(line)).toEqual(before);
    for (const name of ['Work', '../x', '__proto__', 'a b']) {
      expect((await line.run('setup', name, '--issuer', server.issuer)).exitCode).toBe(2);
    }
  });

  it('keeps two names of one issuer apart', async () => {
    await setUp('--client-id', 'first');
    const other = ['setup', 'demo-admin', '--issuer', server.issuer, '--allow-http-loopback'];
    const { exitCode, stdout } = await line.run(...other, '--client-id', 'second');
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('for demo-admin')]);
    expect(configurationOf(line)).toEqual({
      providers: {
        'demo-sso': { issuer: server.issuer, client_id: 'first' },
        'demo-admin': { issuer: server.issuer, client_id: 'second' },
      },
    });
  });

  it('does not give another issuer what is configured for the one of that name', async () => {
    await setUp('--client-id', server.clientId);
    const outcome = await line.run(
      ...['demo-sso', '--issuer', 'http://127.0.0.1:1', '--allow-http-loopback', '--json'],
    );
    expect(errorOf(outcome).code).toBe('config_missing_client_id');
  });

  it('can be repeated with another client', async () => {
    await setUp('--client-id', 'one');
    expect((await setUp('--client-id', server.clientId)).exitCode).toBe(0);
    expect(configurationOf(line)).toEqual({
      providers: { 'demo-sso': { issuer: server.issuer, client_id: server.clientId } },
    });
  });
});
