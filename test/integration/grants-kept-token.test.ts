import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf } from '../support/command-line.ts';
import { fakeClock } from '../support/fake-context.ts';
import { openMachineLine, tokenCommand } from '../support/machine-line.ts';
import { API, CLIENT_SECRET, startMachineServer } from '../support/machine-server.ts';
import { noNetwork } from '../support/no-network.ts';

let server: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  server = await startMachineServer({});
});
afterAll(() => server.close());
beforeEach(() => {
  line = closeAfterTest(openMachineLine({ OAUTH_LOGIN_AS_CLIENT_SECRET: CLIENT_SECRET }));
});

const command = (clientId: string, ...more: string[]) =>
  tokenCommand(server.issuer, 'client-credentials', '--client-id', clientId, ...more);
const ask = (clientId: string, ...more: string[]) => line.run(...command(clientId, ...more));
const withoutSecret = () => ({ env: { ...line.context.env, OAUTH_LOGIN_AS_CLIENT_SECRET: '' } });

describe('a token that is kept', () => {
  const POST = 'machine-client_secret_post';

  it('is used again until it expires, without network and without the secret', async () => {
    const first = await ask(POST);
    const before = server.requests.length;
    const again = await line.runIn({ ...withoutSecret(), openHttp: noNetwork }, ...command(POST));
    expect(again).toEqual(first);
    expect(server.requests.length).toBe(before);
    const clock = fakeClock('real');
    clock.advance(299_000);
    expect((await line.runIn({ clock }, ...command(POST, '--min-validity', '0'))).stdout).toBe(first.stdout);
    clock.advance(2_000);
    expect((await line.runIn({ clock }, ...command(POST, '--min-validity', '0'))).stdout).not.toBe(
      first.stdout,
    );
  });

  it('is good for --min-validity, or is asked for again', async () => {
    const first = await ask(POST);
    expect((await ask(POST, '--min-validity', '200')).stdout).toBe(first.stdout);
    expect((await ask(POST, '--min-validity', '400')).stdout).not.toBe(first.stdout);
  });

  it('is not used when the clock was set back behind it', async () => {
    const clock = fakeClock('real');
    clock.advance(86_400_000);
    const first = await line.runIn({ clock }, ...command(POST));
    expect((await ask(POST)).stdout).not.toBe(first.stdout);
  });

  it('is asked for again with --refresh', async () => {
    const first = await ask(POST);
    const second = await ask(POST, '--refresh');
    expect(second.stdout).not.toBe(first.stdout);
    expect((await ask(POST)).stdout).toBe(second.stdout);
  });

  it.each([
    ['scope', ['--scope', 'read']],
    ['audience', ['--audience', 'a']],
    ['resource', ['--resource', API]],
    ['parameter', ['--param', 'a=b']],
  ])('is not taken for one with another %s', async (_what, more) => {
    const first = await ask(POST);
    const other = await ask(POST, ...more);
    expect(other.stdout).not.toBe(first.stdout);
    expect((await ask(POST)).stdout).toBe(first.stdout);
    expect((await ask(POST, ...more)).stdout).toBe(other.stdout);
  });

  it('is not taken for that of another client', async () => {
    const first = await ask(POST);
    const other = await ask('machine-client_secret_jwt', '--client-authentication', 'client_secret_jwt');
    expect(other.exitCode).toBe(0);
    expect(other.stdout).not.toBe(first.stdout);
  });

  it('is sealed, and its file is for its owner only', async () => {
    await ask(POST);
    const directory = join(line.directory, 'data', 'grants');
    const [name = '', ...others] = readdirSync(directory);
    expect(name).toMatch(/^[0-9a-f]{32}\.token$/);
    expect(others).toEqual([]);
    expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
    expectNoSecrets({ directory: line.directory }, [...server.issuedSecrets('access_token'), CLIENT_SECRET]);
  });

  it('is asked for again when its file is damaged, and refused when others may read it', async () => {
    const first = await ask(POST);
    const directory = join(line.directory, 'data', 'grants');
    const file = join(directory, readdirSync(directory)[0] ?? '');
    chmodSync(file, 0o644);
    expect(errorOf(await ask(POST, '--json'))).toMatchObject({ code: 'store_permissions', exit_code: 8 });
    chmodSync(file, 0o600);
    writeFileSync(file, 'garbage');
    const second = await ask(POST);
    expect(second.exitCode).toBe(0);
    expect(second.stdout).not.toBe(first.stdout);
    expect((await ask(POST)).stdout).toBe(second.stdout);
  });

  it('is not kept with --no-store', async () => {
    expect((await ask(POST, '--no-store')).exitCode).toBe(0);
    expect(existsSync(join(line.directory, 'data'))).toBe(false);
  });

  it('is not kept in CI while nobody chose a store, and only --debug says so, once', async () => {
    const env = { ...line.context.env, OAUTH_LOGIN_STORE: '' };
    expect(await line.runIn({ env }, ...command(POST))).toMatchObject({ exitCode: 0, stderr: '' });
    expect(existsSync(join(line.directory, 'data'))).toBe(false);
    const { stderr } = await line.runIn({ env }, ...command(POST, '--debug'));
    expect(stderr.match(/debug: the token is not kept/g)).toHaveLength(1);
  });

  it('stops before the request when the chosen store cannot be used', async () => {
    const env = { ...line.context.env, OAUTH_LOGIN_STORE: 'passphrase' };
    const before = server.requests.length;
    expect(errorOf(await line.runIn({ env }, ...command(POST, '--json')))).toMatchObject({ exit_code: 8 });
    expect(server.requests.length).toBe(before);
  });

  it('makes room: those that have expired go', async () => {
    await ask(POST);
    const clock = fakeClock('real');
    clock.advance(301_000);
    await line.runIn({ clock }, ...command(POST, '--scope', 'read'));
    expect(readdirSync(join(line.directory, 'data', 'grants'))).toHaveLength(1);
  });

  it('is forgotten by logout --all', async () => {
    const first = await ask(POST);
    expect((await line.run('logout', '--all')).exitCode).toBe(0);
    expect(readdirSync(join(line.directory, 'data', 'grants'))).toEqual([]);
    expect((await ask(POST)).stdout).not.toBe(first.stdout);
  });
});
