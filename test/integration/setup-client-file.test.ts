import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { expectNoSecrets } from '../support/canary.ts';
import { clientFile, clientFileWith } from '../support/client-file.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { configurationOf, isConfigured } from '../support/configuration-file.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import { formOf, lastTo } from '../support/preset-at-the-wire.ts';
import { google } from '../support/presets.ts';
import { playProvider } from '../support/quirky-providers.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';
import { writtenFiles } from '../support/written-files.ts';

const clientSecret = clientFile.client_secret;

/** A port that no other run of these tests has at the same time. */
const fixedPort = 20_000 + (process.pid % 10_000);

let server: QuirkyServer;
let line: PlayedCommandLine;

beforeEach(async () => {
  server = closeAfterTest(await openQuirkyServer());
  line = closeAfterTest(openPlayedCommandLine(server));
});

describe('the import of Google’s client file', () => {
  const person = { sub: '1', name: 'Ada', email: 'ada@example.com', email_verified: true };
  const playGoogle = () =>
    playProvider(server, google, { token: { expires_in: 3599 }, idToken: { sub: '1' }, profile: person });

  it('takes the type "installed": any free port, and no question at the sign-in', async () => {
    const file = clientFileWith(line, { installed: { ...clientFile, redirect_uris: ['http://localhost'] } });
    const { exitCode, stdout, stderr } = await line.run('setup', 'google', '--from', file);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      `Saved the client for Google in ${join(line.directory, 'config', 'config.json')}, with its secret encrypted.\nSign in with: oauth-login google\n`,
    );
    expect(stderr).toContain(`${file} still holds the client secret`);
    expect(configurationOf(line)).toEqual({ providers: { google: { client_id: clientFile.client_id } } });
    playGoogle();
    expect((await line.run('google')).exitCode).toBe(0);
    expect(lastTo(server, '/accounts.google.com/o/oauth2/v2/auth').query.get('redirect_uri')).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/callback$/,
    );
    expect(formOf(lastTo(server, 'POST /oauth2.googleapis.com/token'))).toMatchObject({
      client_id: clientFile.client_id,
      client_secret: clientSecret,
    });
  });

  it('is done too where the file is dropped on the question for the client id', async () => {
    const absent = join(line.directory, 'absent.json');
    const file = clientFileWith(line, { installed: { ...clientFile, redirect_uris: ['http://localhost'] } });
    const { exitCode, stderr } = await line.runAtTerminal([false, absent, `'${file}' `], 'setup', 'google');
    expect(exitCode).toBe(0);
    expect(line.asked.map(({ kind }) => kind)).toEqual(['confirm', 'text', 'text']);
    expect(stderr).toContain(`warning: ${absent} cannot be read`);
    expect(stderr).toContain(`${file} still holds the client secret`);
    expect(configurationOf(line)).toEqual({ providers: { google: { client_id: clientFile.client_id } } });
    expect(writtenFiles(line).filter((name) => name.endsWith('.client'))).toHaveLength(1);
  });

  it('takes the type "web": the registered redirect URI on this machine, to the letter', async () => {
    const redirectUri = `http://localhost:${fixedPort}/oauth/back`;
    const file = clientFileWith(line, {
      web: {
        ...clientFile,
        redirect_uris: ['https://example.com/back', 'http://localhost', 'http://localhost/back', redirectUri],
        javascript_origins: ['http://localhost'],
      },
    });
    expect((await line.run('setup', 'google', '--from', file)).exitCode).toBe(0);
    expect(configurationOf(line)).toEqual({
      providers: { google: { client_id: clientFile.client_id, redirect_uri: redirectUri } },
    });
    playGoogle();
    expect((await line.run('google')).exitCode).toBe(0);
    expect(lastTo(server, '/accounts.google.com/o/oauth2/v2/auth').query.get('redirect_uri')).toBe(
      redirectUri,
    );
  });

  it('keeps the secret sealed and out of sight', async () => {
    const file = clientFileWith(line, { installed: clientFile });
    expect((await line.run('setup', 'google', '--from', file, '--debug')).exitCode).toBe(0);
    expect(writtenFiles(line).filter((name) => name.endsWith('.client'))).toHaveLength(1);
    expectNoSecrets(line.everythingSaid(), [clientSecret]);
    expectNoSecrets({ directory: join(line.directory, 'config') }, [clientSecret]);
    expectNoSecrets({ directory: join(line.directory, 'data') }, [clientSecret]);
  });

  const { client_secret: _, ...withoutSecret } = clientFile;
  it.each<[string, string | object, RegExp, RegExp]>([
    ['no JSON', '<html>', /is not JSON/, /Download JSON/],
    ['nothing', '', /is not JSON/, /Download JSON/],
    ['a list', '[]', /neither "installed" nor "web"/, /Desktop app/],
    ['another type', { android: clientFile }, /neither "installed" nor "web"/, /Desktop app/],
    ['a type that is no object', { installed: 'x' }, /neither "installed" nor "web"/, /Desktop app/],
    [
      'the key of a service account',
      { type: 'service_account', private_key: 'x' },
      /service account/,
      /oauth-login token google --grant jwt-bearer --key-file /,
    ],
    [
      'a finished sign-in',
      { type: 'authorized_user', refresh_token: 'x' },
      /finished sign-in/,
      /Desktop app/,
    ],
    [
      'no client id',
      { installed: { ...clientFile, client_id: undefined } },
      /has no client_id/,
      /Download JSON/,
    ],
    [
      'a client id with a line break',
      { installed: { ...clientFile, client_id: 'a\nb' } },
      /has no client_id/,
      /Download/,
    ],
    ['no secret', { installed: withoutSecret }, /has no client_secret/, /oauth-login setup google/],
    [
      'a secret that is a number',
      { installed: { ...clientFile, client_secret: 1 } },
      /client_secret that cannot be one/,
      /Download/,
    ],
    [
      'no redirect URI',
      { web: clientFile },
      /registers no redirect URI on this machine/,
      /http:\/\/localhost:8765\/callback/,
    ],
    [
      'redirect URIs that cannot be listened on',
      {
        web: {
          ...clientFile,
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
    const file = clientFileWith(line, content);
    const outcome = await line.run('setup', 'google', '--from', file);
    expect(outcome.exitCode).toBe(3);
    expect(outcome.stdout).toBe('');
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr).toMatch(hint);
    expectNoSecrets(outcome.stderr, [clientSecret]);
    expect(writtenFiles(line)).toEqual(['client_secret_1.json']);
  });

  it.each([
    [
      'is not there',
      () => join(line.directory, 'missing.json'),
      /cannot be read \(no such file or directory\)/,
    ],
    ['is a directory', () => line.directory, /cannot be read \(it is a directory\)/],
    ['never ends', () => '/dev/zero', /too large/],
  ])('refuses a file that %s', async (_name, path, message) => {
    const outcome = await line.run('setup', 'google', '--from', path());
    expect(outcome.exitCode).toBe(3);
    expect(outcome.stderr).toMatch(message);
    expect(writtenFiles(line)).toEqual([]);
  });

  it('is for Google only, and goes with no other source of the client', async () => {
    const file = clientFileWith(line, { installed: clientFile });
    expect((await line.run('setup', 'github', '--from', file)).exitCode).toBe(2);
    for (const flag of [
      ['--client-id', 'x'],
      ['--client-secret-file', '-'],
      ['--issuer', 'https://a.test'],
    ]) {
      expect((await line.run('setup', 'google', '--from', file, ...flag)).exitCode).toBe(2);
    }
    expect(isConfigured(line)).toBe(false);
  });
});
