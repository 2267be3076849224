import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';

let server: AuthorizationServer;
let line: CommandLine;
const person = { user: 'ada' };

beforeAll(async () => {
  server = await startAuthorizationServer();
});
afterAll(() => server.close());

beforeEach(async () => {
  line = openCommandLine(person);
  const client = { issuer: server.issuer, client_id: server.clientId };
  writeConfiguration(line, { providers: { acme: client, other: client } });
});
afterEach(() => line.close());

async function signIn(user: string, ...words: string[]) {
  person.user = user;
  return line.run(...words, '--allow-http-loopback', '--json');
}

const whoami = async (...words: string[]) => (await line.run('whoami', '--offline', ...words)).stdout;

describe('an account is named as people do', () => {
  beforeEach(async () => {
    expect((await signIn('ada', 'acme')).exitCode).toBe(0);
    expect((await signIn('grace', 'acme', '--as', 'Work')).exitCode).toBe(0);
  });

  it('in every command, by provider and user name or e-mail address, or by the name of --as', async () => {
    for (const words of [['acme:ada'], ['ACME:ada@example.com'], ['acme', '--account', 'ada']]) {
      expect(await whoami(...words)).toMatch(/^ada /);
    }
    for (const words of [['acme:grace'], ['work'], ['acme:work'], ['--account', 'work'], ['WORK']]) {
      expect(await whoami(...words)).toMatch(/^grace /);
    }
    const [ada, grace] = [await line.run('token', 'acme:ada'), await line.run('token', 'work')];
    expect(ada.stdout).not.toBe(grace.stdout);
    const sent = await line.run('request', 'acme:grace', `${server.issuer}/me`);
    expect(sent.stdout).toMatch(/grace/i);
    expect((await line.run('logout', 'acme:grace')).stdout).toMatch(/^Signed out grace /);
    expect(errorOf(await line.run('token', 'work', '--json')).code).toBe('usage_unknown_provider');
    expect(await whoami('acme')).toMatch(/^ada /);
  });

  it('and the choices are listed in words that can be typed', async () => {
    const { code, message } = errorOf(await line.run('token', 'acme', '--json'));
    expect([code, message]).toEqual([
      'usage_ambiguous_account',
      expect.stringMatching(/: (?:acme:ada, acme:work|acme:work, acme:ada)$/),
    ]);
    const { stdout } = await line.run('status');
    expect(stdout).toMatch(/account: +acme:ada\n/);
    expect(stdout).toMatch(/account: +acme:work\n/);
    const documents: { target: string; name?: string }[] = JSON.parse(
      (await line.run('status', '--json')).stdout,
    ).accounts;
    expect(documents.map(({ target, name }) => [target, name]).toSorted()).toEqual([
      ['acme:ada', undefined],
      ['acme:work', 'work'],
    ]);
  });

  it('also as the default of the configuration', async () => {
    for (const [name, pattern] of [
      ['acme:ada@example.com', /^ada /],
      ['work', /^grace /],
    ] as const) {
      const client = { issuer: server.issuer, client_id: server.clientId };
      writeConfiguration(line, { default_account: name, providers: { acme: client } });
      expect(await whoami('acme')).toMatch(pattern);
    }
  });

  it('once on a command line', async () => {
    for (const words of [
      ['token', 'acme:ada', '--account', 'grace'],
      ['token', 'acme:ada', '--grant', 'client-credentials'],
      ['logout', 'acme:ada', '--all'],
    ]) {
      expect(errorOf(await line.run(...words, '--json'))).toMatchObject({
        code: 'usage_conflict',
        exit_code: 2,
      });
    }
  });
});

describe('the name of --as', () => {
  it('stays with the account when it is signed in again, by that name or not', async () => {
    await signIn('ada', 'acme', '--as', 'work');
    await signIn('ada', 'acme');
    expect((await signIn('ada', 'work')).exitCode).toBe(0);
    expect(await whoami('work')).toMatch(/^ada /);
    await signIn('ada', 'work', '--as', 'office');
    expect(await whoami('office')).toMatch(/^ada /);
    expect(JSON.parse((await line.run('status', '--json')).stdout).accounts).toHaveLength(1);
  });

  it('is taken from nobody', async () => {
    await signIn('ada', 'acme', '--as', 'work');
    const other = await signIn('grace', 'acme', '--as', 'work');
    expect(errorOf(other)).toMatchObject({ code: 'account_mismatch', exit_code: 4 });
    for (const [target, name] of [
      ['other', 'work'],
      ['acme', 'acme'],
      ['acme', 'github'],
      ['acme', 'status'],
      ['acme', '../x'],
    ] as const) {
      const refused = errorOf(await signIn('grace', target, '--as', name));
      expect(refused).toMatchObject({ exit_code: 2 });
    }
    const provider = ['--issuer', server.issuer, '--client-id', 'x', '--allow-http-loopback'];
    const { exitCode, stderr } = await line.run('setup', 'work', ...provider);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('work already stands for ada at ')]);
    expect(await whoami('work')).toMatch(/^ada /);
    expect(JSON.parse((await line.run('status', '--json')).stdout).accounts).toHaveLength(1);
  });
});

describe('a server that was signed in to by its address', () => {
  const name = () => new URL(server.issuer).host.replace(':', '-');

  beforeEach(async () => {
    writeConfiguration(line, {});
    expect((await signIn('ada', server.issuer, '--client-id', server.clientId)).exitCode).toBe(0);
  });

  it('is known to the commands by the name that status shows', async () => {
    expect((await line.run('status')).stdout).toContain(`account:   ${name()}:ada`);
    expect((await signIn('ada', `${name()}:ada`)).exitCode).toBe(0);
    expect((await signIn('grace', name())).exitCode).toBe(0);
    expect(await whoami(`${name()}:grace`)).toMatch(/^grace /);
    const { stdout } = await line.run('doctor', `${name()}:grace`);
    expect(stdout).toContain(server.issuer);
    expect(stdout).not.toContain('there is no provider');
  });

  it('is signed in to again by the command of a hint, also where a default is gone', async () => {
    await signIn('grace', name());
    await line.run('switch', `${name()}:grace`);
    await line.run('logout', `${name()}:grace`);
    const { code, hint } = errorOf(await line.run('token', name(), '--json'));
    expect(code).toBe('account_signed_out');
    const [, words = ''] = /^sign in with: oauth-login (\S+ --login-hint \S+)/.exec(hint) ?? [];
    expect((await signIn('grace', ...words.split(' '))).exitCode).toBe(0);
    await line.run('logout', `${name()}:grace`);
    await line.run('logout', `${name()}:ada`);
    const none = errorOf(await line.run('token', name(), '--json'));
    expect(none.hint).not.toContain(`oauth-login ${name()}`);
  });
});
