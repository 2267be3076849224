import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { expandProvider } from '../../src/providers/expand.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import { formOf, lastTo } from '../support/preset-at-the-wire.ts';
import { google } from '../support/presets.ts';
import { json, text } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';
import { standardInput } from '../support/standard-input.ts';

const TOKEN = 'gho_canary0123456789';
const NEW = `github.com:
    users:
        octocat:
            oauth_token: ${TOKEN}
        mona:
            oauth_token: gho_canary-of-mona
    git_protocol: https
    user: octocat
    oauth_token: ${TOKEN}
git.example.com:
    users:
        ada:
            oauth_token: gho_canary-of-ada
    user: ada
`;
const OLD = `github.com:
    oauth_token: ${TOKEN}
    user: octocat
    git_protocol: ssh
`;
const octocat = { id: 583231, login: 'octocat', name: 'The Octocat', email: 'octocat@github.com' };

let server: QuirkyServer;
let line: PlayedCommandLine;
beforeEach(async () => {
  server = closeAfterTest(await openQuirkyServer());
  line = closeAfterTest(openPlayedCommandLine(server));
  server.at('https://api.github.com/user', json(octocat));
  server.at('https://api.github.com/user/emails', json([]));
  server.at('https://git.example.com/api/v3/user', json({ id: 1, login: 'ada' }));
  server.at('https://git.example.com/api/v3/user/emails', json([]));
});

function fileWith(content: string, name = 'hosts.yml'): string {
  const file = join(line.directory, 'other', name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content, { mode: 0o600 });
  return file;
}

const accounts = () => readdirSync(line.directory).includes('data');

describe('a login of gh', () => {
  it.each([
    ['of today', NEW, ['--account', 'octocat']],
    ['of the time before', OLD, []],
  ])('from a file %s is proved by its profile, and kept', async (_what, content, flags) => {
    const outcome = await line.run('import', fileWith(content), '--from', 'gh', ...flags);
    expect(outcome.stderr).toBe('');
    expect(outcome.stdout).toMatch(
      /^Imported octocat \(The Octocat\).* at GitHub\n {2}server: {2}https:\/\/github\.com\/login\/oauth\n/,
    );
    expect((await line.run('token', 'github')).stdout).toBe(`${TOKEN}\n`);
    expect(lastTo(server, 'GET /api.github.com/user').headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  it('is found where gh keeps it, and on a host of its own', async () => {
    const env = { ...line.context.env, GH_CONFIG_DIR: dirname(fileWith(NEW)) };
    const outcome = await line.runIn({ env }, 'import', '--from', 'gh', '--host', 'git.example.com');
    expect(outcome.stdout).toMatch(/^Imported ada at /);
    const { accounts: found } = JSON.parse((await line.run('status', '--json')).stdout);
    expect(found).toMatchObject([{ provider: 'git.example.com', profile: { preferred_username: 'ada' } }]);
  });

  it('is chosen where there are several, and none is taken by itself', async () => {
    const several = await line.run('import', fileWith(NEW), '--from', 'gh');
    expect(several.exitCode).toBe(2);
    expect(several.stderr).toContain(
      'choose: --host github.com --account octocat, or --host github.com --account mona, or --host git.example.com --account ada',
    );
    const none = await line.run('import', fileWith(NEW), '--from', 'gh', '--account', 'nobody');
    expect([none.exitCode, none.stderr]).toEqual([2, expect.stringContaining('gh has no such login')]);
    expect(accounts()).toBe(false);
  });

  it('whose token GitHub refuses is not kept', async () => {
    server.at('https://api.github.com/user', text('Bad credentials', 'text/plain', 401));
    const outcome = await line.run('import', fileWith(OLD), '--from', 'gh');
    expect(outcome.exitCode).toBe(4);
    expect((await line.run('status')).exitCode).toBe(4);
    expectNoSecrets(outcome.stderr, [TOKEN]);
  });

  it('comes from the keychain where the file has no token', async () => {
    const asked: string[] = [];
    const keychain = {
      getPassword: async () => undefined,
      setPassword: async () => {},
      deletePassword: async () => false,
      async getPasswordOfUser(service: string, user: string) {
        asked.push(service, user);
        return `go-keyring-base64:${Buffer.from(TOKEN).toString('base64')}`;
      },
    };
    const file = fileWith('github.com:\n    users:\n        octocat:\n    user: octocat\n');
    const outcome = await line.runIn({ openKeychain: async () => keychain }, 'import', file, '--from', 'gh');
    expect([outcome.exitCode, asked]).toEqual([0, ['gh:github.com', 'octocat']]);
    expect((await line.run('token', 'github')).stdout).toBe(`${TOKEN}\n`);
  });

  it.each([
    ['no YAML', 'github.com: [1'],
    ['no host', '{}'],
    ['a list', '- github.com'],
    ['aliases', 'a: &a [1]\nb: *a'],
    ['a host that is none', '"../x":\n  user: ada\n  oauth_token: abc'],
    ['a token that cannot be sent', 'github.com:\n  oauth_token: "a\\nb"'],
  ])('is refused where the file has %s', async (_what, content) => {
    const outcome = await line.run('import', fileWith(content), '--from', 'gh');
    expect(outcome.exitCode).toBe(3);
    expect(accounts()).toBe(false);
  });
});

const REFRESH = 'canary-refresh-token-0123';
const credentials = {
  type: 'authorized_user',
  client_id: 'a.apps.googleusercontent.com',
  client_secret: 'canary-secret-0123',
  refresh_token: REFRESH,
};

function playGoogle(token: object, status = 200): void {
  const { endpoints } = expandProvider(google);
  server.at(
    'https://accounts.google.com/.well-known/openid-configuration',
    json({
      issuer: 'https://accounts.google.com',
      authorization_endpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
      token_endpoint: 'https://oauth2.googleapis.com/token',
      userinfo_endpoint: 'https://openidconnect.googleapis.com/v1/userinfo',
      jwks_uri: 'https://www.googleapis.com/oauth2/v3/certs',
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      ...endpoints,
    }),
  );
  server.at('https://oauth2.googleapis.com/token', json(token, status));
  server.at(
    'https://openidconnect.googleapis.com/v1/userinfo',
    json({ sub: '1', name: 'Ada', email: 'ada@gmail.com' }),
  );
}

describe("Google's application-default credentials", () => {
  it('are proved by one refresh, and kept with their client', async () => {
    playGoogle({
      access_token: 'ya29.canary',
      token_type: 'Bearer',
      expires_in: 3599,
      scope: 'openid email',
    });
    const file = fileWith(JSON.stringify(credentials), 'adc.json');
    const outcome = await line.run('import', file, '--from', 'gcloud');
    expect(outcome.stderr).toBe('');
    expect(outcome.stdout).toMatch(/^Imported Ada <ada@gmail\.com> at Google\n/);
    expect(formOf(lastTo(server, 'POST /oauth2.googleapis.com/token'))).toMatchObject({
      grant_type: 'refresh_token',
      refresh_token: REFRESH,
    });
    expect((await line.run('token', 'google')).stdout).toBe('ya29.canary\n');
  });

  it('that Google refuses are not kept', async () => {
    playGoogle({ error: 'invalid_grant' }, 400);
    const outcome = await line.run('import', fileWith(JSON.stringify(credentials)), '--from', 'gcloud');
    expect(outcome.exitCode).toBe(5);
    expect((await line.run('status')).exitCode).toBe(4);
  });

  it.each([
    ['a service account', { type: 'service_account' }, '--grant jwt-bearer'],
    ['something else', { type: 'external_account' }, 'gcloud auth application-default login'],
    ['no token', { ...credentials, refresh_token: 1 }, 'gcloud auth application-default login'],
  ])('of %s are refused', async (_what, content, hint) => {
    const outcome = await line.run('import', fileWith(JSON.stringify(content)), '--from', 'gcloud');
    expect([outcome.exitCode, outcome.stderr]).toEqual([3, expect.stringContaining(hint)]);
  });
});

describe('a refresh token on standard input', () => {
  it('is proved by one refresh, and the new one is kept', async () => {
    playGoogle({
      access_token: 'ya29.canary',
      token_type: 'Bearer',
      expires_in: 3599,
      refresh_token: 'canary-second-0123',
    });
    const env = {
      ...line.context.env,
      OAUTH_LOGIN_GOOGLE_CLIENT_ID: credentials.client_id,
      OAUTH_LOGIN_GOOGLE_CLIENT_SECRET: credentials.client_secret,
    };
    const stdin = standardInput(`${REFRESH}\n`);
    const outcome = await line.runIn({ env, stdin }, 'import', 'google', '--from', 'refresh-token');
    expect([outcome.stderr, outcome.exitCode]).toEqual(['', 0]);
    await line.run('token', 'google', '--refresh');
    expect(formOf(lastTo(server, 'POST /oauth2.googleapis.com/token')).refresh_token).toBe(
      'canary-second-0123',
    );
  });

  it('needs a target', async () => {
    const outcome = await line.run('import', '--from', 'refresh-token');
    expect([outcome.exitCode, outcome.stderr]).toEqual([2, expect.stringContaining('whose refresh token')]);
  });
});
