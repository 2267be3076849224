import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { buildCommand, openHome } from '../support/built-command.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { errorOf } from '../support/command-line.ts';
import { FakeKeychain } from '../support/fake-keychain.ts';
import { it, line, server } from '../support/registering-server.ts';

const client = () => ['--client-id', server.clientId, '--allow-http-loopback'];
const fill = async (...store: string[]) => {
  const issuer = ['--issuer', server.issuer, '--allow-http-loopback'];
  expect((await line.run('setup', 'sso', ...issuer, '--register', ...store)).exitCode).toBe(0);
  expect((await line.run('sso', '--allow-http-loopback', ...store)).exitCode).toBe(0);
  expect((await line.run(server.issuer, ...client(), '--no-wait', ...store)).exitCode).toBe(0);
};

describe('forget --everything', () => {
  it('leaves an empty home, by one command', async () => {
    const home = closeAfterTest(openHome(await buildCommand()));
    await home.signIn([server.issuer, ...client()]);
    await home.run([server.issuer, ...client(), '--no-wait']);
    const ended = await home.run(['forget', '--everything', '--yes']);
    expect(ended.stderr).toMatch(
      /^This removes:\n {2}ada at .+, signed out there too\n {2}1 sign-in that waits\n/,
    );
    expect(ended.stdout).toMatch(/^Signed out ada .+: the tokens were revoked at .+\nRemoved the directory /);
    expect(ended.code).toBe(0);
    const left = readdirSync(home.home, { recursive: true, withFileTypes: true }).filter(
      (entry) => !entry.isDirectory() || entry.name === 'oauth-login',
    );
    expect(left).toEqual([]);
    expect((await home.run(['forget', '--everything'])).stdout).toBe('There is nothing to remove.\n');
  });

  it('names the files of other programs that still ask for credentials', async () => {
    await line.run(server.issuer, ...client());
    const env = { ...line.context.env, HOME: line.directory, GIT_CONFIG_GLOBAL: join(line.directory, 'git') };
    writeFileSync(env.GIT_CONFIG_GLOBAL, '');
    await line.runIn({ env }, 'credential', 'git', server.issuer, '--install', '--yes');
    const ended = await line.runIn({ env }, 'forget', '--everything', '--yes');
    expect(ended.stderr).toContain(
      `note: ${env.GIT_CONFIG_GLOBAL} still names oauth-login; to remove that: oauth-login credential git --uninstall\n`,
    );
    await line.runIn({ env }, 'credential', 'git', '--uninstall', '--yes');
    expect((await line.runIn({ env }, 'forget', '--everything', '--yes')).stderr).toBe('');
  });

  it('deletes the client that the tool registered at its server, and revokes both tokens', async () => {
    await fill('--store', 'file');
    const revoked = server.requestsTo('revocation').length;
    const outcome = await line.run('forget', '--everything', '--yes', '--json');
    const { dataDir, configDir } = line.context.paths;
    expect(JSON.parse(outcome.stdout)).toEqual([
      { step: 'account', account: expect.any(String), provider: 'sso', result: 'done' },
      { step: 'client', provider: 'sso', client_id: expect.any(String), result: 'done' },
      { step: 'directory', directory: dataDir, left: [], result: 'done' },
      { step: 'directory', directory: configDir, left: [], result: 'done' },
    ]);
    const deleted = server.requestsTo('registration').filter(({ method }) => method === 'DELETE');
    expect([server.requestsTo('revocation').length - revoked, deleted.length]).toEqual([2, 1]);
    expect(readdirSync(line.directory)).toEqual([]);
  });

  it('removes the key from the keychain', async () => {
    const keychain = new FakeKeychain();
    const changes = { openKeychain: keychain.open, env: { BROWSER: 'played' } };
    expect((await line.runIn(changes, server.issuer, ...client())).exitCode).toBe(0);
    expect(keychain.items.size).toBe(1);
    const { stdout, exitCode } = await line.runIn(changes, 'forget', '--everything', '--yes');
    expect([exitCode, keychain.items.size]).toEqual([0, 0]);
    expect(stdout).toContain('Removed the key from the keychain.');
  });

  it('goes on past failures, says what is still alive, and exits with the code of the first', async () => {
    const keychain = new FakeKeychain();
    const changes = { openKeychain: keychain.open, env: { BROWSER: 'played' } };
    await line.runIn(changes, server.issuer, ...client());
    server.breakEndpoint('revocation', { kind: 'reset' });
    keychain.mode = 'locked';
    const outcome = await line.runIn(changes, 'forget', '--everything', '--yes', '--json');
    expect(JSON.parse(outcome.stdout)).toMatchObject([
      { step: 'account', result: 'failed', error: { code: 'store_locked' } },
      { step: 'keychain', result: 'failed', error: { code: 'store_locked' } },
      { step: 'directory', left: [], result: 'done' },
    ]);
    expect([outcome.exitCode, errorOf(outcome).code]).toEqual([8, 'store_locked']);
    expect(readdirSync(line.context.paths.dataDir)).toEqual(['keys']);
    keychain.mode = 'ok';
    expect((await line.runIn(changes, 'forget', '--everything', '--yes')).exitCode).toBe(0);
    expect([keychain.items.size, existsSync(line.context.paths.dataDir)]).toEqual([0, false]);
  });

  it('goes on where config.json cannot be read, and revokes the tokens', async () => {
    await fill('--store', 'file');
    const file = join(line.context.paths.configDir, 'config.json');
    writeFileSync(file, '{ "store": "file", }');
    const status = await line.run('status');
    expect([status.exitCode, status.stderr.match(/warning: .*config\.json/g)?.length]).toEqual([0, 1]);
    expect(JSON.parse((await line.run('status', '--json')).stdout).problems).toEqual([
      { file, code: 'config_invalid_file', message: expect.any(String), hint: expect.any(String) },
    ]);
    const revoked = server.requestsTo('revocation').length;
    const { exitCode, stderr } = await line.run('forget', '--everything', '--yes');
    expect(stderr).toMatch(
      /^oauth-login: warning: .*config\.json.*\n.*\nnote: this goes on without the configuration\n/,
    );
    expect([exitCode, server.requestsTo('revocation').length - revoked]).toEqual([0, 2]);
    expect(readdirSync(line.directory)).toEqual([]);
  });

  it('leaves what is not of this tool, and follows no link', async () => {
    await fill('--store', 'file');
    const { dataDir } = line.context.paths;
    const outside = join(line.directory, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'mine'), 'x');
    writeFileSync(join(dataDir, 'mine.txt'), 'x');
    symlinkSync(outside, join(dataDir, 'grants'));
    const { stdout, exitCode } = await line.run('forget', '--everything', '--yes');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('what is not of this tool stays there: mine.txt.');
    expect([readdirSync(dataDir), readdirSync(outside)]).toEqual([['mine.txt'], ['mine']]);
  });

  it('asks, and removes nothing without an answer', async () => {
    await fill('--store', 'file');
    const nobody = await line.run('forget', '--everything', '--json');
    expect(errorOf(nobody)).toMatchObject({ code: 'person_required', exit_code: 4 });
    expect(nobody.stderr).toContain('This removes:');
    const prompts = { confirm: async () => false };
    const stderr = { isTTY: true, write: () => {} };
    const stdin = { ...line.context.stdin, isTTY: true };
    const openPrompts = async () => prompts as never;
    const no = await line.runIn({ stdin, stderr, openPrompts }, 'forget', '--everything');
    expect(no.exitCode).toBe(130);
    expect((await line.run('status')).stdout).toContain('a sign-in waits for you');
    expect((await line.run('forget')).exitCode).toBe(2);
  });
});

describe('logout --all', () => {
  it('drops the sign-ins that wait, so that none makes an account later', async () => {
    await fill('--store', 'file');
    await line.run('logout', '--all');
    expect(JSON.parse((await line.run(server.issuer, ...client(), '--json')).stdout).store).toBe('file');
    expect(JSON.parse((await line.run('status', '--json')).stdout).sign_ins).toEqual([]);
  });
});
