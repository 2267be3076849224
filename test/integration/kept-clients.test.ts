import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';

const clientSecret = 'canary-of-a-kept-client';

let line: CommandLine;
beforeEach(() => {
  line = closeAfterTest(openCommandLine({ user: 'nobody' }));
});

const setup = (clientId: string) => {
  const stdin = {
    isTTY: false,
    async *[Symbol.asyncIterator]() {
      yield clientSecret;
    },
  };
  return line.runIn({ stdin }, 'setup', 'github', '--client-id', clientId, '--client-secret-file', '-');
};
const commandsToDelete = (text: string) =>
  [...text.matchAll(/^ {2}github \(client (\S+)\); to delete it:\n {4}(.+)$/gm)].map(([, id, command]) => [
    id,
    command,
  ]);

describe('a client whose secret is kept', () => {
  it('is counted by status, which says how to delete it, though nobody is signed in', async () => {
    await setup('Iv1.first');
    const { exitCode, stdout } = await line.run('status');
    expect(exitCode).toBe(4);
    expect(stdout).toMatch(/^Kept as well: 1 client with its secret, encrypted with the key file\n/);
    expect(commandsToDelete(stdout)).toEqual([['Iv1.first', 'oauth-login setup github --remove']]);
    expectNoSecrets(stdout, [clientSecret]);

    const { clients } = JSON.parse((await line.run('status', '--json')).stdout);
    expect(clients).toEqual([
      {
        provider: 'github',
        issuer: 'https://github.com/login/oauth',
        client_id: 'Iv1.first',
        store: 'file',
        has_secret: true,
        registered_by_tool: false,
      },
    ]);
  });

  it('is still told of when another client has taken its place, and can be deleted', async () => {
    await setup('Iv1.first');
    expect((await setup('Iv1.second')).stderr).toContain('note: it takes the place of the client Iv1.first;');
    const { stdout } = await line.run('status');
    expect(stdout).toContain('Kept as well: 2 clients with their secrets');
    const commands = new Map(commandsToDelete(stdout) as [string, string][]);
    expect(commands.get('Iv1.second')).toBe('oauth-login setup github --remove');
    expect(commands.get('Iv1.first')).toMatch(/^rm \S+\.client$/);
  });

  it('stays when everybody is signed out, which logout --all says', async () => {
    await setup('Iv1.first');
    const { exitCode, stdout } = await line.run('logout', '--all');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Nobody was signed in\.\nKept as well: 1 client with its secret/);
    expect(JSON.parse((await line.run('logout', '--all', '--json')).stdout)).toEqual([]);

    expect((await line.run('setup', 'github', '--remove')).exitCode).toBe(0);
    expect((await line.run('logout', '--all')).stdout).toBe('Nobody was signed in.\n');
    expect((await line.run('status')).stdout).toBe('');
  });
});

describe('a passphrase that is forgotten', () => {
  let server: AuthorizationServer;
  beforeAll(async () => {
    server = await startAuthorizationServer();
  });
  afterAll(() => server.close());

  it('costs the sign-ins that it sealed, and the hint says how to start afresh', async () => {
    const signInWith = (passphrase: string) => {
      const env = { BROWSER: 'played', OAUTH_LOGIN_STORE: 'passphrase', OAUTH_LOGIN_PASSPHRASE: passphrase };
      line = closeAfterTest(openCommandLine({ user: 'ada' }, env));
      return line;
    };
    const words = [server.issuer, '--client-id', server.clientId, '--allow-http-loopback'];
    signInWith('the first passphrase');
    const { paths } = line.context;
    expect((await line.run(...words)).exitCode).toBe(0);

    signInWith('quite another one');
    const refused = errorOf(await line.runIn({ paths }, 'token', '--json'));
    expect(refused.code).toBe('store_passphrase_wrong');
    expect(refused.hint).toContain('the stored tokens and client secrets are lost');
    const [, from = '', to = ''] = /: mv (\S+) (\S+)$/.exec(refused.hint) ?? [];
    expect(from).toBe(join(paths.dataDir, 'keys', 'passphrase.json'));

    renameSync(from, to);
    expect((await line.runIn({ paths }, ...words)).exitCode).toBe(0);
    expect((await line.runIn({ paths }, 'token')).exitCode).toBe(0);
  });
});
