import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect } from 'vitest';
import { exportedBytes, readExport } from '../../src/accounts/exported-account.ts';
import { Secret } from '../../src/ground/secret.ts';
import { it, line, server } from '../support/ada-signs-in.ts';
import { buildCommand, openHome } from '../support/built-command.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { errorOf, openCommandLine } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { standardInput } from '../support/standard-input.ts';

const PASSPHRASE = 'correct horse battery';
const client = () => ['--client-id', server.clientId, '--allow-http-loopback'];
const piped = (text = PASSPHRASE) => ({ stdin: standardInput(`${text}\n`) });
const file = () => join(line.directory, 'ada.export');
const exportIt = (passphrase?: string) =>
  line.runIn(piped(passphrase), 'export', server.issuer, '--to', file(), '--passphrase-file', '-');
const other = () => closeAfterTest(openCommandLine({ user: 'ada' }));
const importIn = (there: ReturnType<typeof other>, passphrase?: string, ...more: string[]) =>
  there.runIn(piped(passphrase), 'import', file(), '--passphrase-file', '-', ...more);

describe('an account', () => {
  it('takes no flag that only a login of another program needs, and replaces nothing then', async () => {
    const { exitCode, stderr } = await other().run('import', 'no-such-file', '--as', 'home', '--replace');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--as can only be used together with --from');
  });

  it('moves to another home, and works there, with its configuration', async () => {
    const command = await buildCommand();
    const [here, there] = [closeAfterTest(openHome(command)), closeAfterTest(openHome(command))];
    const flags = ['--issuer', server.issuer, '--allow-http-loopback', '--client-id', server.clientId];
    expect((await here.run(['setup', 'work', ...flags])).code).toBe(0);
    await here.signIn(['work', '--allow-http-loopback', '--as', 'personal']);
    const secret = join(here.home, 'passphrase');
    writeFileSync(secret, PASSPHRASE, { mode: 0o600 });
    const moved = join(there.home, 'work.export');
    const exported = await here.run(['export', 'personal', '--to', moved, '--passphrase-file', secret]);
    expect(exported.code, exported.stderr).toBe(0);
    expect(exported.stdout).toMatch(
      /^Exported ada .+ at work\n {2}file: {4}\S+, which only the passphrase opens\n/,
    );
    const imported = await there.run(['import', moved, '--passphrase-file', secret]);
    expect(imported.stdout).toMatch(/^Imported ada .+ at work\n {2}server: {2}http:/);
    const token = await there.run(['token', 'personal', '--refresh']);
    expect(server.issuedSecrets('access_token')).toContain(token.stdout.trim());
    expect(JSON.parse((await there.run(['whoami', 'work', '--json'])).stdout).preferred_username).toBe('ada');
  });
});

it('is told to a program as the account of status, with the file', async () => {
  await line.run(server.issuer, ...client(), '--as', 'personal');
  const words = ['export', server.issuer, '--to', file(), '--passphrase-file', '-', '--json'];
  const exported = JSON.parse((await line.runIn(piped(), ...words)).stdout);
  const [account] = JSON.parse((await line.run('status', '--json')).stdout).accounts;
  expect(exported).toMatchObject({ file: file(), account: account.account, name: 'personal' });
  const imported = await importIn(other(), undefined, '--json');
  expect(JSON.parse(imported.stdout)).toMatchObject({ account: account.account, name: 'personal' });
  for (const text of [JSON.stringify(exported), imported.stdout]) {
    expectNoSecrets(text, server.issuedSecrets());
  }
});

it('is kept where its provider cannot be configured, and config.json stays one that can be read', async () => {
  await line.run(server.issuer, ...client());
  await exportIt();
  const passphrase = new Secret(PASSPHRASE);
  const { head, secrets } = await readExport(readFileSync(file()), file()).open(passphrase);
  const configuration = { preset: 'houseprovider' };
  writeFileSync(file(), await exportedBytes({ head, secrets }, { configuration }, passphrase));
  const there = other();
  const { configDir } = there.context.paths;
  const before = '{\n  "log_releases": true\n}\n';
  mkdirSync(configDir);
  writeFileSync(join(configDir, 'config.json'), before);
  const outcome = await importIn(there);
  expect([outcome.exitCode, outcome.stdout]).toEqual([0, expect.stringMatching(/^Imported ada /)]);
  expect(outcome.stderr).toMatch(
    /^note: the account is kept, but .+: config\.json was not changed: key .+"preset" expected .+\n.+: oauth-login setup \S+\n$/,
  );
  expect(readFileSync(join(configDir, 'config.json'), 'utf8')).toBe(before);
  const status = await there.run('status', '--json');
  expect([status.exitCode, JSON.parse(status.stdout).accounts.length]).toEqual([0, 1]);
});

describe('the exported file', () => {
  beforeEach(async () => {
    await line.run(server.issuer, ...client());
  });

  it('is private, and holds nothing that can be read without the passphrase', async () => {
    expect((await exportIt()).exitCode).toBe(0);
    const text = readFileSync(file(), 'utf8');
    expectNoSecrets(text, [...server.issuedSecrets(), server.issuer, 'Ada Lovelace']);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect((await importIn(other())).exitCode).toBe(0);
  });

  it('is never written onto another one, and the passphrase is not too short', async () => {
    writeFileSync(file(), 'mine');
    const refused = await exportIt();
    expect([refused.exitCode, readFileSync(file(), 'utf8')]).toEqual([2, 'mine']);
    expect(refused.stderr).toContain('is there already');
    const short = await line.runIn(
      piped('short'),
      ...['export', server.issuer, '--to', `${file()}2`, '--passphrase-file', '-'],
    );
    expect([short.exitCode, readdirSync(line.directory).includes('ada.export2')]).toEqual([8, false]);
  });

  it.each([
    ['another passphrase', (text: string) => text, 'wrong passphrase', 'store_passphrase_wrong'],
    [
      'a changed body',
      (text: string) => text.replace(/\n(.{40})(.)/, (_, a, b) => `\n${a}${b === 'A' ? 'B' : 'A'}`),
      PASSPHRASE,
      'store_corrupt',
    ],
    ['a changed cost', (text: string) => text.replace('"N":131072', '"N":2'), PASSPHRASE, 'store_corrupt'],
    [
      'a newer version',
      (text: string) => text.replace('"format":1', '"format":2'),
      PASSPHRASE,
      'store_corrupt',
    ],
    ['half of the file', (text: string) => text.slice(0, 300), PASSPHRASE, 'store_corrupt'],
    ['another file', () => '{}', PASSPHRASE, 'store_corrupt'],
  ])('with %s is refused, and nothing is changed', async (_what, spoil, passphrase, code) => {
    await exportIt();
    writeFileSync(file(), spoil(readFileSync(file(), 'utf8')));
    const there = other();
    const outcome = await importIn(there, passphrase);
    expect([outcome.exitCode, outcome.stderr]).toEqual([8, expect.stringContaining('nothing was changed')]);
    expect(outcome.stderr).toContain(code === 'store_passphrase_wrong' ? 'is not that of' : file());
    expect(readdirSync(there.directory)).toEqual([]);
  });

  it('replaces no account that is here, unless it is told to', async () => {
    await exportIt();
    expect((await importIn(line)).exitCode).toBe(2);
    expect((await importIn(line, PASSPHRASE, '--replace')).exitCode).toBe(0);
    expect((await line.run('token')).exitCode).toBe(0);
  });

  it('T02 brings no name that means something else here', async () => {
    await line.run(server.issuer, ...client(), '--as', 'work');
    await exportIt();
    const there = other();
    writeConfiguration(there, { providers: { work: { issuer: 'https://login.example', client_id: 'x' } } });
    const imported = await importIn(there);
    expect([imported.exitCode, imported.stdout]).toEqual([0, expect.stringContaining('its name work ')]);
    expect(errorOf(await there.run('token', 'work', '--json')).code).toBe('login_required');
    expect(JSON.parse((await there.run('status', '--json')).stdout).accounts[0].name).toBeUndefined();
    const free = other();
    expect((await importIn(free)).stdout).not.toContain('its name');
    expect((await free.run('token', 'work')).exitCode).toBe(0);
  });

  it('cannot be made or read where nobody types a passphrase', async () => {
    const made = await line.run('export', server.issuer, '--to', file());
    expect(made.stderr).toContain('--passphrase-file FILE');
    expect(made.exitCode).toBe(8);
    expect((await line.run('export', server.issuer)).exitCode).toBe(2);
    expect((await line.run('import')).exitCode).toBe(2);
    expect((await line.run('import', '-')).stderr).toContain('not from standard input');
    const toOutput = await line.runIn(
      piped(),
      ...['export', server.issuer, '--to', '-', '--passphrase-file', '-'],
    );
    expect([toOutput.exitCode, toOutput.stderr]).toEqual([
      2,
      expect.stringContaining('not to standard output'),
    ]);
    const nowhere = join(line.directory, 'nodir', 'e.x');
    const noDirectory = await line.runIn(
      piped(),
      ...['export', server.issuer, '--to', nowhere, '--passphrase-file', '-'],
    );
    expect(noDirectory.exitCode).toBe(8);
    expect(noDirectory.stderr).toContain(`mkdir -p ${join(line.directory, 'nodir')}`);
    expect(noDirectory.stderr).not.toContain('OAUTH_LOGIN_DATA_DIR');
    const google = await line.run('import', join(line.directory, 'missing'), '--from', 'gcloud');
    expect(google.stderr).toContain('oauth-login import FILE --from gcloud');
    const mail = await line.run('credential', 'xoauth2', server.issuer, '--install');
    expect(mail.stderr).toContain('nothing is installed for xoauth2');
    const missing = await line.run('import', join(line.directory, 'missing'));
    expect([missing.exitCode, missing.stderr]).toEqual([3, expect.stringContaining('cannot read')]);
  });
});
