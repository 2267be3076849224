import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openAccountStore } from '../../src/accounts/account-store.ts';
import { openClientSecrets } from '../../src/accounts/client-secrets.ts';
import { openSession } from '../../src/accounts/session.ts';
import { openHttp } from '../../src/adapters/http.ts';
import type { Check } from '../../src/doctor/check.ts';
import { examine } from '../../src/doctor/examine.ts';
import { checkNames, type Finding } from '../../src/doctor/finding.ts';
import { runtimeFinding } from '../../src/doctor/runtime.ts';
import type { Context } from '../../src/ground/context.ts';
import { Secret } from '../../src/ground/secret.ts';
import { systemClock } from '../../src/host/clock.ts';
import { accountHead } from '../support/account-head.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { buildCommand, openHome } from '../support/built-command.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { openConnectProxy } from '../support/connect-proxy.ts';
import { KEYRING_PROGRAMS, withKeyring } from '../support/keyring.ts';
import { describeWith } from '../support/requirements.ts';
import { signInAt } from '../support/sign-in.ts';
import { type Authority, openAuthority, serveHttp, serveHttps } from '../support/tls.ts';

/** A finding as `--json` tells it. */
interface Told {
  readonly check: string;
  readonly level: Finding['level'];
  readonly message: string;
  readonly hint?: string;
  readonly code?: string;
  readonly exit_code?: number;
}

interface Report {
  readonly exitCode: number;
  readonly text: string;
  readonly checks: readonly Told[];
  /** The only finding of that check that is not fine. */
  found(check: string): Told | undefined;
}

let server: AuthorizationServer;
let authority: Authority;
let line: CommandLine;

beforeAll(async () => {
  [server, authority] = await Promise.all([startAuthorizationServer(), openAuthority()]);
});
afterAll(async () => {
  await server?.close();
  await authority?.remove();
});
beforeEach(() => {
  line = openCommandLine({ user: 'ada' });
  return () => {
    server.restore();
    line.close();
  };
});

/** Every check in which a fault was planted and found. */
const planted = new Set<string>();

function reportOf(exitCode: number, text: string): Report {
  const document: { exit_code: number; checks: readonly Told[] } = JSON.parse(text);
  expect(document.exit_code).toBe(exitCode);
  return {
    exitCode,
    text,
    checks: document.checks,
    found(check) {
      const faults = document.checks.filter((told) => told.check === check && told.level !== 'ok');
      expect(faults.length, text).toBeLessThan(2);
      if (faults.length > 0) {
        planted.add(check);
      }
      return faults[0];
    },
  };
}

/** Runs `doctor --json` where these variables are set, also for the way to the network, and this is different. */
async function examined(
  args: readonly string[] = [],
  env: Record<string, string> = {},
  changes: Partial<Context> = {},
): Promise<Report> {
  const variables: Context['env'] = { ...line.context.env, BROWSER: process.execPath, ...env };
  const context = {
    env: variables,
    openHttp: (options: Parameters<Context['openHttp']>[0]) =>
      openHttp(options, { env: variables, clock: systemClock }),
    ...changes,
  };
  const { exitCode, stdout } = await line.runIn(context, 'doctor', ...args, '--json');
  return reportOf(exitCode, stdout);
}

const atServer = () => [server.issuer, '--allow-http-loopback', '--client-id', server.clientId];
const storeOf = (env: Record<string, string> = {}) =>
  openAccountStore({ ...line.context, env: { ...line.context.env, ...env } });
/** Leads no request of a provider of the catalogue to the internet. */
const refusingProxy = async () => {
  const proxy = closeAfterTest(await openConnectProxy({ status: 403 }));
  return { HTTPS_PROXY: `http://ada:pass-word-of-the-proxy@127.0.0.1:${proxy.port}` };
};

describe('doctor', () => {
  it('finds nothing wrong where a sign-in works, and says which checks it made', async () => {
    expect(await signInAt(server, line)).toMatchObject({ exitCode: 0 });
    const report = await examined(atServer(), {}, { clock: systemClock });
    expect(report.checks.filter(({ level, check }) => level !== 'ok' && check !== 'runtime')).toEqual([]);
    expect(report.exitCode).toBe(0);
    const made = new Set(report.checks.map(({ check }) => check));
    expect([...checkNames].filter((name) => !made.has(name))).toEqual([]);
  });

  it('tells people the same, line by line, with the command to run', async () => {
    mkdirSync(line.context.paths.dataDir);
    chmodSync(line.context.paths.dataDir, 0o755);
    const { exitCode, stdout, stderr } = await line.run('doctor');
    expect([exitCode, stderr]).toEqual([8, '']);
    expect(stdout).toMatch(/^ok {7}version {8}oauth-login \d/);
    expect(stdout).toMatch(
      /^problem {2}permissions {4}other users can read the directory .*\n {24}fix it with: chmod 700 /m,
    );
    expect(stdout).toMatch(/\n\d+ problems?, .*\.\n$/);
  });

  it('refuses a target that means nothing, before anything is examined', async () => {
    const { exitCode, stdout, stderr } = await line.run('doctor', 'gihtub');
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('github');
  });
});

describe('doctor finds a planted fault by its name', () => {
  it('a runtime that gets no corrections any more, or is too old', async () => {
    const clock = { ...systemClock, now: () => new Date('2040-01-01') };
    expect((await examined([], {}, { clock })).found('runtime')).toMatchObject({
      level: 'warning',
      message: expect.stringContaining('no security fixes'),
    });
    expect(runtimeFinding({ node: '18.20.4' }, new Date())).toMatchObject({ level: 'problem', exitCode: 3 });
    expect(runtimeFinding({ node: '20.9.0' }, new Date())).toMatchObject({ code: 'config_old_runtime' });
    expect(runtimeFinding({ node: '99.0.0' }, new Date())).toMatchObject({ level: 'ok' });
  });

  it('variables that change what is done', async () => {
    const env = {
      OAUTH_LOGIN_GITHUB_TOKEN: 'gho_canary0123456789',
      OAUTH_LOGIN_GITHUB_CLIENT_SECRET: 'secret-canary-1',
    };
    const report = await examined([], env);
    expect(report.found('environment')?.message).toContain('OAUTH_LOGIN_GITHUB_TOKEN is set');
    expectNoSecrets(report.text, Object.values(env));
    expect(
      (await examined([], { NODE_TLS_REJECT_UNAUTHORIZED: '0' })).found('environment')?.message,
    ).toContain('certificates are checked');
  });

  it.each([
    [{ OAUTH_LOGIN_STORE: 'nope' }, 'OAUTH_LOGIN_STORE names no store'],
    [{ OAUTH_LOGIN_STOR: 'file' }, 'no command reads it; did you mean OAUTH_LOGIN_STORE?'],
  ])('a variable that means nothing: %j', async (env, message) => {
    const finding = (await examined([], env)).found('environment');
    expect(finding).toMatchObject({ level: 'warning', message: expect.stringContaining(message) });
  });

  it('no fault in the variables that commands read', async () => {
    const env = { OAUTH_LOGIN_STORE: 'file', OAUTH_LOGIN_PROXY: '1', OAUTH_LOGIN_ACME_CLIENT_ID: 'x' };
    expect((await examined([], env)).found('environment')).toBeUndefined();
  });

  it('a machine without a person, and one without a browser', async () => {
    const report = await examined([], { CI: 'true' });
    expect(report.found('terminal')).toMatchObject({ level: 'warning' });
    expect((await examined([], { BROWSER: '/nonexistent/firefox' })).found('browser')).toMatchObject({
      level: 'warning',
      message: 'BROWSER names a program that cannot be run: /nonexistent/firefox',
    });
  });

  it('a port that another program has', async () => {
    const other = closeAfterTest(await serveHttp((_, response) => void response.end()));
    const report = await examined(['github', '--port', String(other.port)], await refusingProxy());
    expect(report.found('listener')).toMatchObject({ level: 'problem', code: 'network_port_in_use' });
    expect(report.exitCode).toBe(7);
  });

  it('a configuration file with a mistake in it, by its line', async () => {
    mkdirSync(line.context.paths.configDir, { recursive: true, mode: 0o700 });
    writeFileSync(join(line.context.paths.configDir, 'config.json'), '{\n  "stroe": "file"\n}\n', {
      mode: 0o600,
    });
    const report = await examined(['github']);
    expect(report.found('configuration')).toMatchObject({
      level: 'problem',
      exit_code: 3,
      message: expect.stringContaining('config.json:2: key "stroe" is not a key'),
    });
    expect(report.exitCode).toBe(3);
  });

  it('permissions that let others read, once, and the command that corrects them', async () => {
    await storeOf().write(accountHead(), { accessToken: new Secret('gho_canary0123456789') });
    const { dataDir } = line.context.paths;
    chmodSync(join(dataDir, 'keys'), 0o755);
    const report = await examined([], await refusingProxy());
    const fault = report.found('permissions');
    expect(fault).toMatchObject({ level: 'problem', code: 'store_permissions', exit_code: 8 });
    expect(report.exitCode).toBe(8);
    execFileSync('sh', ['-c', fault?.hint?.replace('fix it with: ', '') ?? 'false']);
    expect((await examined([], await refusingProxy())).found('permissions')).toBeUndefined();
  });

  const isRoot = process.geteuid?.() === 0 && process.platform === 'linux';
  if (!isRoot) {
    console.warn('skipped: a disk that is full, to be examined by doctor (needs root on Linux)');
  }
  it.runIf(isRoot || process.env.OAUTH_LOGIN_TEST_NO_SKIP === '1')('a disk that is full', async () => {
    const { dataDir } = line.context.paths;
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=700', 'tmpfs', dataDir]);
    try {
      expect((await examined()).found('disk')).toMatchObject({ level: 'warning' });
      const { bavail, bsize } = statfsSync(dataDir);
      writeFileSync(join(dataDir, 'filler'), Buffer.alloc((bavail - 4) * bsize));
      const report = await examined();
      expect(report.found('disk')).toMatchObject({ level: 'problem', code: 'store_write_failed' });
      expect(report.exitCode).toBe(8);
    } finally {
      execFileSync('umount', [dataDir]);
    }
  });

  it('a key that is gone, and a passphrase that is wrong', async () => {
    await storeOf().write(accountHead(), { accessToken: new Secret('gho_canary0123456789') });
    rmSync(join(line.context.paths.dataDir, 'keys', 'file.key'));
    const withoutKey = await examined([], await refusingProxy());
    expect(withoutKey.found('key')).toMatchObject({ level: 'problem', code: 'store_key_missing' });

    rmSync(line.context.paths.dataDir, { recursive: true });
    const head = accountHead({ store: 'passphrase' });
    await storeOf({ OAUTH_LOGIN_PASSPHRASE: 'the right passphrase' }).write(head, {
      accessToken: new Secret('gho_canary0123456789'),
    });
    const report = await examined([], {
      ...(await refusingProxy()),
      OAUTH_LOGIN_PASSPHRASE: 'another passphrase',
    });
    expect(report.found('key')).toMatchObject({ code: 'store_passphrase_wrong', exit_code: 8 });
    expectNoSecrets(report.text, ['another passphrase']);
  });

  it('accounts that ended, end soon, or cannot be read, without the name of the person', async () => {
    const now = Date.now();
    const inHours = (hours: number) => new Date(now + hours * 3_600_000).toISOString();
    const accounts = [
      { sub: '1', expiresAt: inHours(-1) },
      { sub: '2', expiresAt: inHours(30) },
      { sub: '3', expiresAt: inHours(999) },
      { sub: '4', expiresAt: inHours(999), needsLogin: 'the refresh token was revoked' },
      { sub: '5', expiresAt: inHours(-1), hasRefreshToken: true },
    ];
    for (const { sub, ...changes } of accounts) {
      const head = accountHead({ ...changes, profile: { sub, preferred_username: 'ada-lovelace' } });
      await storeOf().write(head, { accessToken: new Secret('gho_canary0123456789') });
    }
    writeFileSync(join(line.context.paths.dataDir, 'accounts', `${'0'.repeat(32)}.account`), 'no account', {
      mode: 0o600,
    });
    const report = await examined([], await refusingProxy());
    const told = report.checks.filter(({ check }) => check === 'accounts');
    expect(told.map(({ level }) => level).toSorted()).toEqual([
      ...['ok', 'ok', 'problem', 'problem', 'problem', 'warning'],
    ]);
    planted.add('accounts');
    expect(told.map(({ hint }) => hint)).toContain('sign in again with: oauth-login github');
    expect(report.text).not.toContain('lovelace');
    expectNoSecrets(report.text, ['gho_canary0123456789', 'pass-word-of-the-proxy']);
  });

  it('a client whose secret ended, and one that was never registered', async () => {
    const secrets = openClientSecrets(line.context);
    const reference = { provider: 'sso', issuer: 'https://sso.example', clientId: 'client-1' };
    const kept = { clientSecret: new Secret('secret-canary-1'), secretExpiresAt: new Date('2026-01-01') };
    await secrets.writeRegisteredClient(reference, kept, 'file');
    expect((await examined()).found('client')).toMatchObject({
      code: 'config_client_secret_expired',
      exit_code: 3,
    });

    rmSync(line.context.paths.dataDir, { recursive: true });
    const report = await examined([server.issuer, '--allow-http-loopback']);
    expect(report.found('client')).toMatchObject({ code: 'config_missing_client_id', exit_code: 3 });
  });

  it('a proxy that refuses, is no address, or is set in a variable that is not read', async () => {
    const refused = await examined(['https://sso.example'], await refusingProxy());
    expect(refused.found('proxy')).toMatchObject({ level: 'problem', code: 'network_proxy', exit_code: 7 });
    expect(refused.text).not.toContain('pass-word');
    const wrong = await examined([], { HTTPS_PROXY: 'socks5://ada:pass-word@127.0.0.1:1' });
    expect(wrong.found('proxy')).toMatchObject({ level: 'problem', exit_code: 3 });
    expect(wrong.text).not.toContain('pass-word');
    expect((await examined([], { http_proxy: 'http://127.0.0.1:1' })).found('proxy')?.message).toContain(
      'only HTTPS_PROXY is used',
    );
  });

  it('an authority that is not known, a certificate that expired, a file that is not there', async () => {
    const answer = (_: unknown, response: { end(): unknown }) => void response.end();
    const [unknown, expired] = await Promise.all(
      [2, -1].map(async (days) =>
        closeAfterTest(await serveHttps(await authority.issue(['IP:127.0.0.1'], days), answer)),
      ),
    );
    const report = await examined([unknown?.origin ?? '']);
    expect(report.found('certificates')).toMatchObject({
      code: 'network_tls',
      hint: expect.stringContaining('--ca-file'),
    });
    expect(
      (await examined([expired?.origin ?? '', '--ca-file', authority.caFile])).found('certificates'),
    ).toMatchObject({
      hint: expect.stringContaining('clock'),
    });
    const known = await examined([unknown?.origin ?? '', '--ca-file', authority.caFile]);
    expect(known.checks).toContainEqual(expect.objectContaining({ check: 'certificates', level: 'ok' }));
    expect(known.found('certificates')).toBeUndefined();
    const missing = await examined([], { NODE_EXTRA_CA_CERTS: '/nonexistent/ca.pem' });
    expect(missing.found('certificates')).toMatchObject({ level: 'warning' });
  });

  it('a name without an address, and a server that is not there', async () => {
    expect((await examined(['https://nobody.invalid'])).found('dns')).toMatchObject({
      code: 'network_unreachable',
      exit_code: 7,
    });
    const closed = await serveHttp(() => {});
    await closed.close();
    const report = await examined([closed.origin, '--allow-http-loopback']);
    expect(report.found('connection')).toMatchObject({ code: 'network_unreachable', exit_code: 7 });
  });

  it.each([
    { seconds: -3_600, says: 'ahead of' },
    { seconds: 3_600, says: 'behind' },
  ])('a clock that is not that of the provider: $says', async ({ seconds, says }) => {
    const other = closeAfterTest(
      await serveHttp((_, response) => {
        response.setHeader('date', new Date(Date.now() + seconds * 1000).toUTCString());
        response.end();
      }),
    );
    const report = await examined([other.origin, '--allow-http-loopback']);
    expect(report.found('clock')).toMatchObject({
      code: 'config_wrong_clock',
      message: expect.stringMatching(new RegExp(`(1 hour|59 minutes|60 minutes) ${says} that of 127`)),
    });
    expect(report.exitCode).toBe(3);
  });

  it('metadata that belong to another issuer, or are without S256', async () => {
    server.rewriteReply('discovery', (body) => ({ ...body, issuer: 'https://other.example' }));
    expect((await examined(atServer())).found('metadata')).toMatchObject({
      code: 'protocol_issuer_mismatch',
    });
    server.restore();
    server.rewriteReply('discovery', (body) => ({ ...body, code_challenge_methods_supported: ['plain'] }));
    const report = await examined(atServer());
    expect(report.found('metadata')).toMatchObject({ code: 'protocol_invalid_metadata', exit_code: 6 });
    server.restore();
    server.rewriteReply('discovery', ({ code_challenge_methods_supported: _, ...body }) => body);
    expect((await examined(atServer())).found('metadata')).toMatchObject({ level: 'warning' });
  });

  it('a redirect URI that breaks the rule of the provider, or is not the one of the last sign-in', async () => {
    const other = ['github', '--redirect-uri', 'http://localhost:8765/callback'];
    expect((await examined(other, await refusingProxy())).found('redirect')?.message).toContain(
      'GitHub takes redirect URIs with the host 127.0.0.1',
    );
    await signInAt(server, line);
    const report = await examined([...atServer(), '--redirect-uri', 'http://127.0.0.1/elsewhere']);
    expect(report.found('redirect')?.message).toContain('the last one used http://127.0.0.1');
  });

  it('a check that hangs, by its own deadline, while the others are told', async () => {
    const session = openSession(line.context);
    const hangs: Check = { name: 'keychain', deadline: 50, run: () => new Promise(() => {}) };
    const works: Check = { name: 'proxy', run: () => [{ check: 'proxy', level: 'ok', message: 'none' }] };
    const findings: Finding[] = [];
    for await (const finding of examine({ session, target: undefined, flags: {} }, [hangs, works])) {
      findings.push(finding);
    }
    expect(findings).toMatchObject([
      { check: 'keychain', level: 'problem', code: 'store_timeout' },
      { check: 'proxy', level: 'ok' },
    ]);
  });
});

describeWith(KEYRING_PROGRAMS, 'doctor and a real gnome-keyring', () => {
  it('tells an open keychain from one that is locked, hangs or is absent', async () => {
    const home = closeAfterTest(openHome(await buildCommand()));
    await withKeyring(async ({ DBUS_SESSION_BUS_ADDRESS = '', XDG_RUNTIME_DIR = '' }, keyring) => {
      const env = { DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR, OAUTH_LOGIN_STORE: 'keychain' };
      const run = async (changes = {}) => {
        const { code, stdout } = await home.run(['doctor', '--json'], { env: { ...env, ...changes } });
        return reportOf(code ?? -1, stdout);
      };
      expect((await run()).found('keychain')).toBeUndefined();
      keyring.pause();
      const hanging = await run();
      expect(hanging.found('keychain')).toMatchObject({ code: 'store_timeout', exit_code: 8 });
      keyring.resume();
      await keyring.lock();
      const locked = await run();
      expect(locked.found('keychain')).toMatchObject({ code: 'store_locked', exit_code: 8 });
      expect(locked.exitCode).toBe(8);
      const absent = await run({ DBUS_SESSION_BUS_ADDRESS: undefined });
      expect(absent.found('keychain')).toMatchObject({ code: 'store_unavailable', exit_code: 8 });
      // The home of the person is nobody else's business.
      expect(absent.text).not.toContain(home.home);
      expect(absent.text).toContain('~/.config');
    });
  });

  it('has planted a fault in every check that can have one', () => {
    expect([...checkNames].filter((name) => name !== 'version' && !planted.has(name))).toEqual([]);
  });
});
