import { chmodSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { expandProvider } from '../../src/providers/expand.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { clientFile, clientFileWith } from '../support/client-file.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { errorOf } from '../support/command-line.ts';
import { configurationOf, isConfigured, writeConfiguration } from '../support/configuration-file.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import { formOf, lastTo } from '../support/preset-at-the-wire.ts';
import { github } from '../support/presets.ts';
import { playProvider } from '../support/quirky-providers.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';
import { standardInput } from '../support/standard-input.ts';
import { writtenFiles } from '../support/written-files.ts';

const clientSecret = 'canary-secret-of-a-client';

let server: QuirkyServer;
let line: PlayedCommandLine;

beforeEach(async () => {
  server = closeAfterTest(await openQuirkyServer());
  line = closeAfterTest(openPlayedCommandLine(server));
});

describe('the client secret', () => {
  const set = (...more: string[]) => line.run('setup', 'github', '--client-id', 'Iv1.abc', ...more);

  it('comes from standard input, is sealed, and is used without a question', async () => {
    const { exitCode } = await line.runIn(
      { stdin: standardInput(`${clientSecret}\n`) },
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
    const file = clientFileWith(line, `${clientSecret}\n`);
    chmodSync(file, 0o600);
    expect((await set('--client-secret-file', file)).exitCode).toBe(0);
    expect(writtenFiles(line).filter((name) => name.endsWith('.client'))).toHaveLength(1);
  });

  it.each([0o644, 0o640, 0o604])('is not taken from a file of mode %o', async (mode) => {
    const file = clientFileWith(line, clientSecret);
    chmodSync(file, mode);
    const outcome = await set('--client-secret-file', file);
    expect(outcome.exitCode).toBe(8);
    expect(outcome.stderr).toContain(`chmod 600 ${file}`);
    expect(writtenFiles(line)).toEqual(['client_secret_1.json']);
  });

  it.each([
    ['is empty', ''],
    ['has two lines', 'one\ntwo\n'],
    ['is binary', '\x00\x01\x02'],
    ['is huge', 'x'.repeat(70_000)],
  ])('is not taken from a file that %s', async (_name, content) => {
    const file = clientFileWith(line, content);
    chmodSync(file, 0o600);
    expect((await set('--client-secret-file', file)).exitCode).toBe(3);
    expect(isConfigured(line)).toBe(false);
  });

  it('is missed aloud when the provider wants one and nobody can be asked', async () => {
    const { exitCode, stderr } = await set();
    expect(exitCode).toBe(0);
    expect(stderr).toContain('GitHub also needs a client secret');
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
      { stdin: standardInput(clientSecret) },
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
    const githubCom = await line.run('github', '--json');
    expect(errorOf(githubCom).code).toBe('config_missing_client_id');
  });

  it('can be set up again: nothing is lost, and nothing is there twice', async () => {
    await setUp();
    const before = configurationOf(line);
    const files = writtenFiles(line);
    expect((await setUp()).exitCode).toBe(0);
    expect(configurationOf(line)).toEqual(before);
    expect(writtenFiles(line)).toEqual(files);
  });
});

describe('the configuration after setup', () => {
  it('leaves everything else of the configuration as it stands', async () => {
    const own = {
      $schema: 'https://example.com/schema.json',
      store: 'file',
      providers: {
        google: { scopes: ['openid'], parameters: { hd: 'example.com' } },
        'work-sso': { issuer: 'https://sso.example.com', client_id: 'work' },
      },
    };
    writeConfiguration(line, own);
    const file = clientFileWith(line, { installed: clientFile });
    expect((await line.run('setup', 'google', '--from', file)).exitCode).toBe(0);
    expect(configurationOf(line)).toEqual({
      ...own,
      providers: { ...own.providers, google: { ...own.providers.google, client_id: clientFile.client_id } },
    });
  });

  it('remembers the tenant, the scopes and the redirect URI that were given', async () => {
    await line.run(
      ...[
        'setup',
        'microsoft',
        '--client-id',
        '00001111-aaaa-2222-bbbb-3333cccc4444',
        '--tenant',
        'contoso.example',
        '--scope',
        'User.Read',
      ],
      ...['--redirect-uri', 'http://localhost:23456/callback'],
    );
    expect(configurationOf(line)).toEqual({
      providers: {
        microsoft: {
          client_id: '00001111-aaaa-2222-bbbb-3333cccc4444',
          tenant: 'contoso.example',
          scopes: ['openid', 'profile', 'email', 'User.Read'],
          redirect_uri: 'http://localhost:23456/callback',
        },
      },
    });
  });

  it('takes the client id of the environment when a provider is defined without a terminal', async () => {
    server.at(
      'https://sso.example.com/.well-known/openid-configuration',
      json({
        issuer: 'https://sso.example.com',
        authorization_endpoint: 'https://sso.example.com/authorize',
        token_endpoint: 'https://sso.example.com/token',
        jwks_uri: 'https://sso.example.com/jwks',
        code_challenge_methods_supported: ['S256'],
      }),
    );
    const argv = ['setup', 'work-sso', '--issuer', 'https://sso.example.com'];
    const outcome = await line.run(...argv);
    expect(outcome.exitCode).toBe(3);
    expect(outcome.stderr).toContain('http://127.0.0.1/callback');
    expect(writtenFiles(line)).toEqual([]);
    const env = { ...line.context.env, OAUTH_LOGIN_WORK_SSO_CLIENT_ID: 'from-outside' };
    expect((await line.runIn({ env }, ...argv)).exitCode).toBe(0);
    expect(configurationOf(line)).toEqual({
      providers: { 'work-sso': { issuer: 'https://sso.example.com', client_id: 'from-outside' } },
    });
  });
});
