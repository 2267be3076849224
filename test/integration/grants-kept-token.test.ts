import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../src/ground/context.ts';
import type { AuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf } from '../support/command-line.ts';
import { fakeClock } from '../support/fake-context.ts';
import { openMachineLine, printedToken, tokenCommand } from '../support/machine-line.ts';
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
const withoutSecret = () => ({ env: { ...line.context.env, OAUTH_LOGIN_AS_CLIENT_SECRET: '' } });

const POST = 'machine-client_secret_post';
const tokenIn = async (changes: Partial<Context>, ...more: string[]) => {
  const outcome = await line.runIn(changes, ...command(POST, ...more));
  // Where a test moves the clock, the server's is another.
  if (changes.clock === undefined) {
    expect(outcome.stderr).toBe('');
  } else {
    expect(outcome.stderr).toMatch(/^(?:note: the clock of this machine is .* of as; .*\n)?$/);
  }
  return printedToken(outcome);
};
const token = (...more: string[]) => tokenIn({}, ...more);

describe('a token that is kept', () => {
  it('is used again until it expires, without network and without the secret', async () => {
    const first = await token();
    const before = server.requests.length;
    expect(await tokenIn({ ...withoutSecret(), openHttp: noNetwork })).toBe(first);
    expect(server.requests.length).toBe(before);
    const clock = fakeClock('real');
    clock.advance(299_000);
    expect(await tokenIn({ clock }, '--min-validity', '0')).toBe(first);
    clock.advance(2_000);
    expect(await tokenIn({ clock }, '--min-validity', '0')).not.toBe(first);
  });

  it('is good for --min-validity, or is asked for again', async () => {
    const first = await token();
    expect(await token('--min-validity', '200')).toBe(first);
    expect(await token('--min-validity', '400')).not.toBe(first);
  });

  it('is not used when the clock was set back behind it', async () => {
    const clock = fakeClock('real');
    clock.advance(86_400_000);
    const first = await tokenIn({ clock });
    expect(await token()).not.toBe(first);
  });

  it('is asked for again with --refresh', async () => {
    const first = await token();
    const second = await token('--refresh');
    expect(second).not.toBe(first);
    expect(await token()).toBe(second);
  });

  it.each([
    ['scope', ['--scope', 'read']],
    ['audience', ['--audience', 'a']],
    ['resource', ['--resource', API]],
    ['parameter', ['--param', 'a=b']],
  ])('is not taken for one with another %s', async (_what, more) => {
    const first = await token();
    const other = await token(...more);
    expect(other).not.toBe(first);
    expect(await token()).toBe(first);
    expect(await token(...more)).toBe(other);
  });

  it('is not taken for that of another client', async () => {
    const first = await token();
    const jwt = ['--client-authentication', 'client_secret_jwt'];
    const other = printedToken(await line.run(...command('machine-client_secret_jwt', ...jwt)));
    expect(other).not.toBe(first);
  });

  it('is sealed, and its file is for its owner only', async () => {
    await token();
    const directory = join(line.directory, 'data', 'grants');
    const [name = '', ...others] = readdirSync(directory);
    expect(name).toMatch(/^[0-9a-f]{32}\.token$/);
    expect(others).toEqual([]);
    expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
    expectNoSecrets({ directory: line.directory }, [...server.issuedSecrets('access_token'), CLIENT_SECRET]);
  });

  it('is asked for again when its file is damaged, and refused when others may read it', async () => {
    const first = await token();
    const directory = join(line.directory, 'data', 'grants');
    const file = join(directory, readdirSync(directory)[0] ?? '');
    chmodSync(file, 0o644);
    expect(errorOf(await line.run(...command(POST, '--json')))).toMatchObject({
      code: 'store_permissions',
      exit_code: 8,
    });
    chmodSync(file, 0o600);
    writeFileSync(file, 'garbage');
    const second = await token();
    expect(second).not.toBe(first);
    expect(await token()).toBe(second);
  });

  it('is not kept with --no-store', async () => {
    await token('--no-store');
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
    await token();
    const clock = fakeClock('real');
    clock.advance(301_000);
    await tokenIn({ clock }, '--scope', 'read');
    expect(readdirSync(join(line.directory, 'data', 'grants'))).toHaveLength(1);
  });

  it('is forgotten by logout --all', async () => {
    const first = await token();
    expect((await line.run('logout', '--all')).exitCode).toBe(0);
    expect(readdirSync(join(line.directory, 'data', 'grants'))).toEqual([]);
    expect(await token()).not.toBe(first);
  });
});
