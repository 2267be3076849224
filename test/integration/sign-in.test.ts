import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect } from 'vitest';
import { playUserAgent } from '../../src/demo/http-user-agent.ts';
import type { Context } from '../../src/ground/context.ts';
import { it, line, server } from '../support/ada-signs-in.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { errorOf, openCommandLine } from '../support/command-line.ts';
import { FakeKeychain } from '../support/fake-keychain.ts';

const signIn = (...more: string[]) =>
  line.run(server.issuer, '--client-id', server.clientId, '--allow-http-loopback', ...more);

describe('signing in', () => {
  it('says who it is on standard output, and the page says the same', async () => {
    const { exitCode, stdout, stderr } = await signIn();
    expect(stderr).toContain('Waiting for you to finish there');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Signed in to .+ as ada \(Ada Lovelace\) <ada@example\.com>\n/);
    const page = await line.lastPage();
    expect(page.title).toContain('Signed in');
    expect(page.body).toContain('>Ada Lovelace</bdi>');
    expect(page.body).toContain('>ada<wbr>@example.com</bdi>');
    expect(page.body).toContain('<code>openid</code>');
    expect(page.body).toContain(`<code>oauth-login token ${server.issuer}`);
    expect(new URL(page.finalUrl).search).toBe('');
  });

  it('prints the authorization URI alone on its line', async () => {
    const { stderr } = await signIn();
    const uris = stderr.split('\n').filter((text) => text.startsWith(`${server.issuer}/`));
    expect(uris).toHaveLength(1);
    const query = new URL(uris[0] ?? '').searchParams;
    expect(query.get('code_challenge_method')).toBe('S256');
    expect(query.get('state')).toMatch(/^[\w-]{43}$/);
    expect(query.get('nonce')).toMatch(/^[\w-]{43}$/);
  });

  it('answers with one JSON document', async () => {
    const { stdout } = await signIn('--json');
    expect(JSON.parse(stdout)).toMatchObject({
      issuer: server.issuer,
      profile: {
        sub: 'person-1815',
        preferred_username: 'ada',
        email: 'ada@example.com',
        email_verified: true,
      },
      store: 'file',
      refreshable: true,
      missing_scopes: [],
    });
  });

  it('keeps nothing with --no-store', async () => {
    expect((await signIn('--no-store')).stdout).toContain('nowhere (--no-store)');
    expect((await line.run('status', '--json')).exitCode).toBe(4);
  });

  it('does not ask for a refresh token with --no-offline-access', async () => {
    const { stdout } = await signIn('--no-offline-access', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      refreshable: false,
      requested_scopes: ['openid', 'profile', 'email'],
    });
  });

  it('uses the client of the last sign-in when none is given', async () => {
    await signIn();
    expect((await line.run(server.issuer, '--allow-http-loopback')).exitCode).toBe(0);
  });

  it('keeps the accounts of two people apart', async () => {
    await signIn();
    const grace = { ...line.context };
    const other = openCommandLine({ user: 'grace' });
    await line.runIn(
      { ...grace, openBrowser: other.context.openBrowser },
      server.issuer,
      '--allow-http-loopback',
    );
    expect(JSON.parse((await line.run('status', '--json')).stdout).accounts).toHaveLength(2);
    const ambiguous = await line.run('whoami');
    expect(ambiguous.exitCode).toBe(2);
    expect(ambiguous.stderr).toMatch(/: \S+:ada, \S+:grace\n|: \S+:grace, \S+:ada\n/);
    expect((await line.run('whoami', '--account', 'grace')).stdout).toMatch(/^grace \(Grace Hopper\)/);
    expect((await line.run('whoami', '--account', 'ADA@example.com')).stdout).toMatch(/^ada /);
    expect((await line.run('token', '--account', 'nobody')).exitCode).toBe(4);
    other.close();
  });
});

describe('the stored sign-in', () => {
  beforeEach(async () => {
    expect((await signIn()).exitCode).toBe(0);
  });

  it('answers whoami from the provider, and offline from the store', async () => {
    const before = server.hits('userinfo');
    expect((await line.run('whoami')).stdout).toMatch(/^ada \(Ada Lovelace\) <ada@example.com> at /);
    expect(server.hits('userinfo')).toBe(before + 1);
    const offline = await line.runIn({ openHttp: noNetwork }, 'whoami', '--offline');
    expect(offline.stdout).toMatch(/as stored; .+ was last asked just now/);
    expect(JSON.parse((await line.run('whoami', '--json')).stdout)).toMatchObject({
      sub: 'person-1815',
      raw: { sub: 'person-1815' },
    });
  });

  it('prints the token and one newline, nothing else, without network', async () => {
    const { stdout, stderr, exitCode } = await line.runIn({ openHttp: noNetwork }, 'token');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^[\w-]+\n$/);
    expect(stderr).toBe('');
    expect(server.issuedSecrets()).toContain(stdout.trim());
    expect((await line.run('token', '--format', 'header')).stdout).toBe(`Authorization: Bearer ${stdout}`);
    expect(JSON.parse((await line.run('token', '--format', 'json')).stdout)).toMatchObject({
      access_token: stdout.trim(),
      token_type: 'Bearer',
    });
  });

  it('refreshes when the token is not good for long enough, and spends each refresh token once', async () => {
    const first = (await line.run('token')).stdout;
    const second = await line.run('token', '--refresh');
    expect(second.stdout).not.toBe(first);
    const third = await line.run('token', '--min-validity', '100');
    expect(third.stdout).toBe(second.stdout);
    const fourth = await line.run('token', '--refresh');
    expect(fourth.exitCode).toBe(0);
    const spent = server
      .requestsTo('token')
      .map(({ form }) => form.get('refresh_token'))
      .filter(Boolean);
    expect(new Set(spent).size).toBe(spent.length);
  });

  it('says that the tokens of the provider never live as long as was asked for, and gives a new one', async () => {
    const { exitCode, stdout, stderr } = await line.run('token', '--min-validity', '9999999');
    expect(stderr).toMatch(/^note: a new token of .+ is valid for \d+ minutes, less than the 115 days/);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^[\w-]+\n$/);
  });

  it('lists every account without network and without a secret', async () => {
    const { stdout } = await line.runIn({ openHttp: noNetwork }, 'status');
    expect(stdout).toContain('ada (Ada Lovelace) <ada@example.com>');
    expect(stdout).toContain('only file permissions protect it');
    expect(stdout).toContain('allowed:   plain http to a loopback address');
    expectNoSecrets(stdout, server.issuedSecrets());
  });

  it('revokes and forgets, and says both', async () => {
    const token = (await line.run('token')).stdout.trim();
    const { stdout, exitCode } = await line.run('logout');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/revoked at .+ and deleted from this machine/);
    expect(server.requestsTo('revocation').map(({ form }) => form.get('token_type_hint'))).toEqual(
      expect.arrayContaining(['refresh_token', 'access_token']),
    );
    const me = await fetch(`${server.issuer}/me`, { headers: { authorization: `Bearer ${token}` } });
    expect(me.status).toBe(401);
    expect((await line.run('token')).exitCode).toBe(4);
    expect((await line.run('status')).exitCode).toBe(4);
  });

  it('signs everybody out with --all', async () => {
    expect(JSON.parse((await line.run('logout', '--all', '--json')).stdout)).toMatchObject([
      { revocation: 'revoked' },
    ]);
    expect((await line.run('logout', '--all')).stdout).toBe('Nobody was signed in.\n');
  });

  describe('beside an account whose file others could read', () => {
    let file: string;
    beforeEach(async () => {
      const openBrowser = async (uri: string) => {
        void playUserAgent(uri, { user: 'grace', consent: true });
        return { exited: Promise.resolve(0) };
      };
      const words = [server.issuer, '--client-id', server.clientId, '--allow-http-loopback', '--json'];
      const { account } = JSON.parse((await line.runIn({ openBrowser }, ...words)).stdout);
      file = join(line.directory, 'data/accounts', `${account}.account`);
      chmodSync(file, 0o644);
    });

    it('signs out with --all whom it can, names the other with the command that mends it, and exits 8', async () => {
      const { stdout, stderr, exitCode } = await line.run('logout', '--all');
      expect(stdout).toMatch(/^Signed out ada .+revoked at .+ and deleted from this machine\.\n$/);
      expect(stderr).toContain('error: one account was not signed out: ');
      expect(stderr).toContain(`chmod 600 ${file}`);
      expect(exitCode).toBe(8);
      const again = await line.run('logout', '--all', '--json');
      expect([again.exitCode, JSON.parse(again.stdout)]).toEqual([
        8,
        [
          {
            account: basename(file, '.account'),
            error: expect.objectContaining({ code: 'store_permissions' }),
            forgotten: false,
          },
        ],
      ]);
      expect((await line.run('logout', '--all')).stdout).toBe('');
      chmodSync(file, 0o600);
      expect((await line.run('logout', '--all')).stdout).toMatch(/^Signed out grace /);
    });

    it('takes nobody for the only one', async () => {
      for (const command of ['token', 'whoami', 'logout']) {
        const outcome = await line.run(command);
        expect([outcome.exitCode, outcome.stdout]).toEqual([8, '']);
        expect(outcome.stderr).toMatch(/name the other one, \S+:ada,/);
      }
      expect((await line.run('token', '--account', 'ada')).exitCode).toBe(0);
    });
  });

  it('says that a revoked token was revoked, and exits 4', async () => {
    const refresh = server.issuedSecrets('refresh_token').at(-1) ?? '';
    await fetch(`${server.issuer}/token/revocation`, {
      method: 'POST',
      body: new URLSearchParams({ token: refresh, client_id: server.clientId }),
    });
    const outcome = await line.run('whoami', '--json');
    expect(outcome.exitCode).toBe(4);
    expect(errorOf(outcome)).toMatchObject({
      code: 'refresh_rejected',
      hint: expect.stringContaining('oauth-login'),
    });
    expect((await line.run('status')).stdout).toContain('expired or revoked; sign in again');
    expect((await signIn()).exitCode).toBe(0);
    expect((await line.run('whoami')).exitCode).toBe(0);
  });

  it.each(['html', 'reset'] as const)('keeps the sign-in when a refresh meets %s', async (kind) => {
    server.breakEndpoint('token', kind === 'html' ? { kind, status: 502 } : { kind }, 9);
    expect((await line.run('token', '--refresh')).exitCode).toBe(7);
    server.restore();
    expect((await line.run('token')).exitCode).toBe(0);
  });
});

describe('T11 files of the store', () => {
  it('are readable by their owner only', async () => {
    await signIn();
    const entries = readdirSync(line.directory, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      const mode = statSync(join(entry.parentPath, entry.name)).mode & 0o777;
      expect([entry.name, mode.toString(8)]).toEqual([entry.name, entry.isDirectory() ? '700' : '600']);
    }
    expect(entries.length).toBeGreaterThan(3);
  });
});

describe('T12 secrets stay out of what is said and what is kept in the clear', () => {
  it('holds for every command with --debug, and for every file', async () => {
    await signIn('--debug');
    await line.run('whoami', '--debug');
    await line
      .run('token', '--refresh', '--debug')
      .then(({ stderr }) => expect(stderr).toContain('debug: POST'));
    await line.run('status');
    const tokens = server.issuedSecrets('access_token', 'refresh_token', 'id_token', 'code', 'code_verifier');
    expectNoSecrets({ directory: line.directory }, tokens);
    await line.run('logout', '--debug');
    const said = line.everythingSaid();
    const printed = said.match(/^[\w-]{43}$/gm) ?? [];
    expect(printed).toHaveLength(1);
    expectNoSecrets(
      said.replace(printed[0] ?? '', ''),
      tokens.filter((secret) => secret !== printed[0]),
    );
  });
});

async function noNetwork(): Promise<never> {
  throw new Error('the network was used');
}

describe('T36 signing in again without a word about the store', () => {
  const unsaid = (changes: Partial<Context>, ...more: string[]) =>
    line.runIn(
      { env: { BROWSER: 'played' }, ...changes },
      server.issuer,
      '--client-id',
      server.clientId,
      '--allow-http-loopback',
      '--json',
      ...more,
    );
  const asGrace = {
    openBrowser: async (uri: string) => {
      void playUserAgent(uri, { user: 'grace', consent: true });
      return { exited: Promise.resolve(0) };
    },
  };
  const storedNow = async (): Promise<string[]> =>
    JSON.parse((await line.run('status', '--json')).stdout).accounts.map(
      ({ profile, store }: { profile: { preferred_username: string }; store: string }) =>
        `${profile.preferred_username}: ${store}`,
    );

  beforeEach(async () => {
    expect((await unsaid({}, '--store', 'file')).exitCode).toBe(0);
  });

  it('keeps the account where it is, so the command that is named works', async () => {
    expect((await unsaid({})).exitCode).toBe(0);
    expect(await storedNow()).toEqual(['ada: file']);
  });

  it('does so though there is a keychain by now, and asks nothing of it', async () => {
    const keychain = new FakeKeychain();
    expect((await unsaid({ openKeychain: keychain.open })).exitCode).toBe(0);
    expect(keychain.calls.open).toBe(0);
    expect(await storedNow()).toEqual(['ada: file']);
  });

  it('is no choice of a key file for somebody else', async () => {
    const outcome = await unsaid(asGrace);
    expect([outcome.exitCode, outcome.stdout]).toEqual([8, '']);
    expect(errorOf(outcome)).toMatchObject({
      code: 'store_undecided',
      message: expect.stringContaining('nothing was stored, and the tokens of this sign-in stay valid'),
    });
    expect(await storedNow()).toEqual(['ada: file']);
    const keychain = new FakeKeychain();
    expect((await unsaid({ ...asGrace, openKeychain: keychain.open })).exitCode).toBe(0);
    expect((await storedNow()).sort()).toEqual(['ada: file', 'grace: keychain']);
  });

  it('moves it when the flag, the variable or the configuration says so', async () => {
    const keychain = new FakeKeychain();
    const moves = { openKeychain: keychain.open };
    expect((await unsaid(moves, '--store', 'keychain')).exitCode).toBe(0);
    expect(await storedNow()).toEqual(['ada: keychain']);
    const variable = { env: { BROWSER: 'played', OAUTH_LOGIN_STORE: 'file' } };
    expect((await unsaid({ ...moves, ...variable })).exitCode).toBe(0);
    expect(await storedNow()).toEqual(['ada: file']);
    mkdirSync(line.context.paths.configDir, { recursive: true, mode: 0o700 });
    writeFileSync(join(line.context.paths.configDir, 'config.json'), '{ "store": "keychain" }', {
      mode: 0o600,
    });
    expect((await unsaid(moves)).exitCode).toBe(0);
    expect(await storedNow()).toEqual(['ada: keychain']);
  });

  it('never takes an account out of its keychain because that is gone, or locked', async () => {
    const keychain = new FakeKeychain();
    expect((await unsaid({ openKeychain: keychain.open }, '--store', 'keychain')).exitCode).toBe(0);
    expect((await unsaid({ openKeychain: keychain.open })).exitCode).toBe(0);
    for (const [mode, code] of [
      ['no service', 'store_undecided'],
      ['locked', 'store_locked'],
      ['denied', 'store_denied'],
    ] as const) {
      keychain.mode = mode;
      const outcome = await unsaid({ openKeychain: keychain.open });
      expect([outcome.exitCode, errorOf(outcome).code]).toEqual([8, code]);
    }
    expect(await storedNow()).toEqual(['ada: keychain']);
  });
});
