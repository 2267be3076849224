import { existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { configurationFile } from '../../src/settings/configuration-file.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { configurationOf, writeConfiguration } from '../support/configuration-file.ts';

let server: AuthorizationServer;
let line: CommandLine;
let home: string;
const person = { user: 'ada' };

beforeAll(async () => {
  server = await startAuthorizationServer();
});
afterAll(() => server.close());

beforeEach(async () => {
  line = openCommandLine(person);
  home = realpathSync(line.directory);
  mkdirSync(join(home, 'work', 'deep'), { recursive: true });
  const client = { issuer: server.issuer, client_id: server.clientId };
  writeConfiguration(line, { providers: { acme: client, other: client } });
  for (const user of ['ada', 'grace']) {
    person.user = user;
    expect((await line.run('acme', '--allow-http-loopback')).exitCode).toBe(0);
  }
});
afterEach(() => line.close());

const runIn = (directory: string, ...words: string[]) =>
  line.runIn({ workingDirectory: () => join(home, directory) }, ...words);
const withVariable = (account: string, ...words: string[]) =>
  line.runIn({ env: { ...line.context.env, OAUTH_LOGIN_ACCOUNT: account } }, ...words);
const whoIs = async (directory: string, ...words: string[]) =>
  (await runIn(directory, 'whoami', '--offline', ...words)).stdout.split(' ')[0];

describe('use', () => {
  it('makes a directory and what is below it mean an account', async () => {
    const said = await runIn('work', 'use', 'acme:grace', '--here');
    expect(said.stdout).toBe(`In ${home}/work and below, acme means grace (acme:grace)\n`);
    expect((await line.run('use', 'acme:ADA@example.com', join(home, 'work', 'deep'))).exitCode).toBe(0);
    expect(await whoIs('work')).toBe('grace');
    expect(await whoIs('work', 'acme')).toBe('grace');
    expect(await whoIs('work/deep')).toBe('ada');
    expect(await whoIs('work', 'acme:ada')).toBe('ada');
    expect(await whoIs('work', '--account', 'ada')).toBe('ada');
    expect((await runIn('.', 'whoami')).exitCode).toBe(2);
    expect(configurationOf(line)).toMatchObject({
      directories: { [`${home}/work`]: 'acme:grace', [`${home}/work/deep`]: 'acme:ada' },
    });
    const tokens = await Promise.all(
      ['acme:grace', 'acme:ada'].map(async (name) => (await line.run('token', name)).stdout),
    );
    expect((await runIn('work', 'token')).stdout).toBe(tokens[0]);
    expect((await runIn('work/deep', 'token', 'acme')).stdout).toBe(tokens[1]);
    expect((await runIn('work', 'request', 'acme', `${server.issuer}/me`)).stdout).toMatch(/grace/);
  });

  it('replaces the rule for the same provider, lists all and takes them away', async () => {
    await runIn('work', 'use', 'acme:grace');
    await runIn('work', 'use', 'acme:ada');
    await line.run('use', 'acme:ada', '/');
    writeConfiguration(line, {
      ...(configurationOf(line) as object),
      directories: { [`${home}/work`]: 'acme:ada', '/': 'acme:ada', [`${home}/gone`]: 'acme:ghost' },
    });
    const { stdout } = await line.run('use');
    expect(stdout).toContain(`${home}/work\n  acme:ada\n/ (every directory)\n  acme:ada\n`);
    expect(stdout).toContain(
      `${home}/gone (this directory is gone)\n  acme:ghost (nobody is signed in under that name)\n`,
    );
    expect(JSON.parse((await line.run('use', '--json')).stdout).rules).toHaveLength(3);
    expect((await line.run('use', '--remove', `${home}/gone`)).stdout).toContain(
      'no longer means acme:ghost',
    );
    expect((await line.run('use', '--remove', 'acme:ada', '/')).exitCode).toBe(0);
    expect((await runIn('work', 'use', '--remove')).exitCode).toBe(0);
    expect(configurationOf(line)).not.toHaveProperty('directories');
    expect((await runIn('work', 'use', '--remove')).exitCode).toBe(2);
  });

  it('writes no file where there is no rule to remove, and gives the command where several accounts fit', async () => {
    const several = await runIn('work', 'use', 'acme', '--here');
    expect(several.stderr).toMatch(/: oauth-login use acme:(?:ada|grace) --here\n/);
    rmSync(configurationFile(line.context.paths));
    expect((await runIn('work', 'use', '--remove')).exitCode).toBe(2);
    expect(existsSync(configurationFile(line.context.paths))).toBe(false);
  });

  it('refuses what is no directory, and an account that nobody has', async () => {
    for (const words of [
      ['acme:ada', join(home, 'none')],
      ['acme', home],
      ['--here'],
      ['acme:ada', home, '--here'],
    ]) {
      expect((await line.run('use', ...words)).exitCode).toBe(2);
    }
    for (const account of ['other:ada', 'acme:nobody']) {
      expect((await line.run('use', account, home)).exitCode).toBe(4);
    }
    expect(configurationOf(line)).not.toHaveProperty('directories');
  });
});

describe('an account that a directory means and that is signed out', () => {
  it('stops every command, and nobody else takes its place', async () => {
    await runIn('work', 'use', 'acme:grace');
    expect((await line.run('logout', 'acme:grace', '--forget')).exitCode).toBe(0);
    for (const words of [
      ['token'],
      ['token', 'acme'],
      ['whoami', '--offline'],
      ['exec', 'acme', '--', 'true'],
      ['request', 'acme', `${server.issuer}/me`],
      ['logout'],
    ]) {
      const { exitCode, stdout, stderr } = await runIn('work/deep', ...words);
      expect([words, exitCode, stdout]).toEqual([words, 4, '']);
      expect(stderr).toContain(`${home}/work means acme:grace, which is not signed in under that name`);
    }
    const environment = { ...line.context.env, OAUTH_LOGIN_ACME_TOKEN: 'of-somebody-else' };
    const workingDirectory = () => join(home, 'work');
    expect((await line.runIn({ env: environment, workingDirectory }, 'token')).exitCode).toBe(4);
    expect(await whoIs('.')).toBe('ada');
    const status = await runIn('work', 'status');
    expect([status.exitCode, status.stdout]).toEqual([0, expect.stringContaining('here:      not used: ')]);
    expect(status.stderr).toContain('which is not signed in under that name');
  });

  it('is an error in the file that may hold it, too', async () => {
    writeConfiguration(line, { directories: { work: 'acme:ada' } });
    expect((await runIn('work', 'token', 'acme')).exitCode).toBe(3);
    expect((await runIn('work', 'token', 'acme:ada')).exitCode).toBe(0);
  });

  it('is one whose name has changed, and can be chosen anew', async () => {
    const { directories: _none, ...rest } = configurationOf(line) as { directories?: object };
    writeConfiguration(line, { ...rest, directories: { [`${home}/work`]: 'acme:augusta' } });
    const { hint } = errorOf(await runIn('work', 'token', '--json'));
    expect(hint).toMatch(/oauth-login use acme:(?:ada|grace) /);
    expect((await runIn('work', 'use', 'acme:ada')).exitCode).toBe(0);
    expect(await whoIs('work')).toBe('ada');
  });
});

describe('a name that nobody has', () => {
  it('is nobody who is signed in, with the command to sign in and the accounts that there are', async () => {
    for (const command of ['token', 'whoami', 'switch']) {
      const { exitCode, stdout, stderr } = await line.run(command, 'acme:nobody');
      expect([command, exitCode, stdout]).toEqual([command, 4, '']);
      expect(stderr).toContain('oauth-login acme --login-hint nobody');
      expect(stderr).toMatch(/acme:ada, acme:grace|acme:grace, acme:ada/);
    }
    expect((await line.run('logout', 'acme:nobody')).stderr).toContain('nothing to sign out');
  });

  it('without its provider gets the words that mean the account', async () => {
    for (const command of ['token', 'switch', 'use']) {
      for (const name of ['ada', 'ADA@example.com']) {
        const { exitCode, stderr } = await line.run(command, name);
        expect([command, exitCode]).toEqual([command, 2]);
        expect(stderr).toContain(`there is no provider "${name}"; did you mean acme:ada?`);
      }
    }
  });

  it('that nobody has is told with the accounts that are signed in', async () => {
    for (const command of ['token', 'switch', 'use', 'whoami', 'logout']) {
      const { exitCode, stderr } = await line.run(command, 'boss');
      expect([command, exitCode]).toEqual([command, 2]);
      expect(stderr).toContain('there is no provider or account "boss"');
      expect(stderr).toMatch(/signed in: acme:ada, acme:grace|signed in: acme:grace, acme:ada/);
    }
    // What may be the address of a server keeps the hint for that.
    expect((await line.run('token', 'git.example.com')).stderr).toContain('https://git.example.com');
  });
});

describe('OAUTH_LOGIN_ACCOUNT', () => {
  it('is set by exec for its command, unless the user has set it', async () => {
    const given: unknown[] = [];
    const startChild = async ({ env }: { env: NodeJS.ProcessEnv }) => {
      given.push(env.OAUTH_LOGIN_ACCOUNT);
      return { exitCode: Promise.resolve(0) };
    };
    const parts = { startChild: startChild as never };
    const file = ['--token-file', join(home, 'token')];
    for (const words of [['acme:grace'], ['acme:ada', ...file], ['--as', 'A=acme:ada']]) {
      expect((await line.runIn(parts, 'exec', ...words, '--', 'true')).exitCode).toBe(0);
    }
    const env = { ...line.context.env, OAUTH_LOGIN_ACCOUNT: 'acme:grace' };
    await line.runIn({ ...parts, env }, 'exec', 'acme:ada', '--', 'true');
    expect(given).toEqual(['acme:grace', 'acme:ada', undefined, 'acme:grace']);
  });

  it('decides before the directory and the default, and after a name', async () => {
    await runIn('.', 'use', 'acme:ada');
    await line.run('switch', 'acme:ada');
    expect((await withVariable('acme:grace', 'whoami', '--offline')).stdout).toMatch(/^grace /);
    expect((await withVariable('acme:grace', 'whoami', '--offline', 'acme:ada')).stdout).toMatch(/^ada /);
    const refused = errorOf(await withVariable('acme:ghost', 'token', 'acme', '--json'));
    expect(refused).toMatchObject({ code: 'account_signed_out', exit_code: 4 });
  });
});

describe('with --json', () => {
  const json = async (...words: string[]) => {
    const { exitCode, stdout } = await runIn('work', ...words, '--json');
    expect(exitCode).toBe(0);
    return JSON.parse(stdout);
  };

  it('switch and use say which account is meant where, and what was taken away', async () => {
    const { accounts } = JSON.parse((await line.run('status', '--json')).stdout);
    const { account } = accounts.find(
      (one: { provider: string; profile: { preferred_username: string } }) =>
        one.provider === 'acme' && one.profile.preferred_username === 'grace',
    );
    const target = 'acme:grace';
    expect(await json('switch', target)).toEqual({ provider: 'acme', account, target, everywhere: false });
    expect(await json('switch', target, '--everywhere')).toMatchObject({ target, everywhere: true });
    expect(await json('use', target, '--here')).toEqual({ directory: `${home}/work`, account, target });
    expect(await json('switch', 'acme', '--remove', '--everywhere')).toEqual({
      removed: [
        { provider: 'acme', target },
        { provider: null, target },
      ],
    });
    expect(await json('use', '--remove')).toEqual({ directory: `${home}/work`, removed: [target] });
  });
});

describe('switch', () => {
  it('makes an account the default of its provider', async () => {
    const said = await line.run('switch', 'acme:grace');
    expect([said.exitCode, said.stdout]).toEqual([0, 'acme now means grace (acme:grace)\n']);
    expect(await whoIs('.', 'acme')).toBe('grace');
    await runIn('work', 'use', 'acme:ada');
    expect(await whoIs('work', 'acme')).toBe('ada');
    expect(configurationOf(line)).toMatchObject({ default_accounts: { acme: 'grace' } });
    const here = await runIn('work', 'switch', 'acme:grace', '--everywhere');
    expect(here.stderr).toBe(`note: here ada applies, because ${home}/work means it\n`);
    expect(configurationOf(line)).toMatchObject({ default_account: 'acme:grace' });
    expect((await line.run('switch', 'acme', '--remove')).exitCode).toBe(0);
    expect(configurationOf(line)).not.toHaveProperty('default_accounts');
    expect((await line.run('switch', 'acme', '--remove')).exitCode).toBe(2);
  });

  it('--everywhere is for one person, whom nobody replaces after the sign-out', async () => {
    await line.run('switch', 'acme:grace', '--everywhere');
    const out = await line.run('logout', 'acme:grace');
    expect(out.exitCode).toBe(0);
    expect(out.stderr).toContain(
      'note: acme:grace is still the default account of acme; to remove that: oauth-login switch acme --remove\n' +
        'note: acme:grace is still the default where no provider is named; to remove that: oauth-login switch --remove --everywhere\n',
    );
    const removed = await line.run('switch', 'acme', '--remove');
    expect(removed.stderr).toBe(
      'note: acme:grace is still the default where no provider is named; to change that: oauth-login switch --remove --everywhere\n',
    );
    for (const words of [['token'], ['token', 'acme'], ['whoami', '--offline'], ['logout']]) {
      const { exitCode, stdout, stderr } = await line.run(...words);
      expect([words, exitCode, stdout]).toEqual([words, 4, '']);
      expect(stderr).toContain('the default account is acme:grace, which is not signed in under that name');
      expect(stderr).toContain('oauth-login acme --as grace');
      expect(stderr).toContain('oauth-login switch acme:ada --everywhere');
    }
    expect((await line.run('token', 'acme:ada')).exitCode).toBe(0);
    const asked = await line.run('switch', '--remove');
    expect([asked.exitCode, asked.stderr]).toEqual([
      2,
      expect.stringContaining(
        'acme:grace where no provider is named (oauth-login switch --remove --everywhere)',
      ),
    ]);
    expect((await line.run('switch', '--remove', '--everywhere')).exitCode).toBe(0);
    expect(configurationOf(line)).not.toHaveProperty('default_account');
    expect(await whoIs('.')).toBe('ada');
    expect((await line.run('switch', '--remove', '--everywhere')).exitCode).toBe(2);
  });

  it('takes away the default of the account that is named, and of no other', async () => {
    for (const typed of ['acme:ada', 'ada', 'ADA@example.com', 'acme:ada@example.com']) {
      await line.run('switch', 'acme:ada');
      const other = await line.run('switch', 'acme:grace', '--remove');
      expect([typed, other.exitCode]).toEqual([typed, 2]);
      expect(other.stderr).toContain('acme:ada (oauth-login switch acme --remove)');
      expect(await line.run('switch', typed, '--remove')).toMatchObject({ exitCode: 0 });
      expect(configurationOf(line)).not.toHaveProperty('default_accounts');
    }
  });

  it('changes nothing where nothing is named and one account is there', async () => {
    await line.run('logout', 'acme:grace');
    const { accounts } = JSON.parse((await line.run('status', '--json')).stdout);
    for (const { target } of accounts.filter(({ target }: { target: string }) => target !== 'acme:ada')) {
      await line.run('logout', target);
    }
    const before = configurationOf(line);
    const { exitCode, stderr } = await line.run('switch');
    expect([exitCode, stderr]).toEqual([
      0,
      'ada (acme:ada) is the only account, and needs no default; nothing was changed\n',
    ]);
    expect(configurationOf(line)).toEqual(before);
    expect(JSON.parse((await line.run('switch', '--json')).stdout)).toMatchObject({ target: 'acme:ada' });
    await line.run('switch', 'acme');
    expect(configurationOf(line)).toMatchObject({ default_accounts: { acme: 'ada' } });
  });

  it('and use are not forgotten with the account: logout gives the command for each rule', async () => {
    await runIn('work', 'use', 'acme:ada', '--here');
    const { stderr } = await line.run('logout', 'acme:ada');
    const command = `oauth-login use acme:ada ${home}/work --remove`;
    expect(stderr).toContain(
      `note: acme:ada is still the account of ${home}/work; to remove that: ${command}\n`,
    );
    expect((await line.run(...command.split(' ').slice(1))).exitCode).toBe(0);
    expect(configurationOf(line)).not.toHaveProperty('directories');
  });

  it('removes both defaults of a provider with --everywhere, and lists those that there are', async () => {
    await line.run('switch', 'acme:ada', '--everywhere');
    const { stderr } = await line.run('switch', '--remove');
    expect(stderr).toContain('acme:ada (oauth-login switch acme --remove)');
    expect((await line.run('switch', 'acme', '--remove', '--everywhere')).exitCode).toBe(0);
    expect(Object.keys(configurationOf(line) as object)).toEqual(['providers']);
  });

  it('lists the choices where nobody can choose, and lets a person choose', async () => {
    for (const words of [[], ['acme']]) {
      const refused = errorOf(await line.run('token', '--json', ...words));
      expect(refused.hint).toMatch(/oauth-login switch acme:(?:ada|grace)$/);
      expect((await line.run('switch', ...words)).exitCode).toBe(2);
    }
    let asked: readonly string[] = [];
    const openPrompts = async () => ({
      ...(undefined as never as object),
      choose: async (_question: string, choices: readonly { value: string; hint?: string }[]) => {
        asked = choices.map(({ hint }) => hint ?? '');
        return choices.find(({ hint }) => hint === 'acme:grace')?.value;
      },
    });
    const terminal = { isTTY: true, async *[Symbol.asyncIterator]() {} };
    const said: string[] = [];
    const stderr = { isTTY: true, write: (text: string) => said.push(text) };
    const outcome = await line.runIn(
      { openPrompts: openPrompts as never, stdin: terminal, stderr },
      'switch',
      'acme',
    );
    expect(outcome.stdout).toContain('acme now means grace');
    expect(asked.toSorted()).toEqual(['acme:ada', 'acme:grace']);
    expect((await line.run('switch', 'other')).exitCode).toBe(4);
  });
});

describe('status', () => {
  it('says which account applies here, and why', async () => {
    await runIn('work', 'use', 'acme:grace');
    const { stdout } = await runIn('work', 'status');
    expect(stdout).toContain(`here:      used, because ${home}/work means it`);
    expect(stdout).toContain(`here:      not used: acme:grace is, because ${home}/work means it`);
    const document = JSON.parse((await runIn('work/deep', 'status', '--json')).stdout);
    expect(document.here).toMatchObject({
      directory: join(home, 'work', 'deep'),
      accounts: [
        {
          provider: 'acme',
          target: 'acme:grace',
          reason: { kind: 'directory', directory: `${home}/work` },
        },
      ],
    });
    expect((await runIn('.', 'status')).stdout).toContain('here:      used when a command names it');
  });

  it('and logout says what it means before it signs that out', async () => {
    await runIn('work', 'use', 'acme:grace');
    const { stdout, stderr } = await runIn('work', 'logout', 'acme');
    expect(stderr).toBe(
      `grace is meant, because ${home}/work means it\n` +
        `note: acme:grace is still the account of ${home}/work; to remove that: oauth-login use acme:grace ${home}/work --remove\n`,
    );
    expect(stdout).toMatch(/^Signed out grace /);
    rmSync(join(home, 'work'), { recursive: true });
    expect((await line.run('use')).stdout).toContain('(this directory is gone)');
  });
});
