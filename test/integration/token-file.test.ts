import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../src/ground/context.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { signInToWork } from '../support/called-api.ts';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';

let server: AuthorizationServer;
let line: CommandLine;
let file: string;

beforeAll(async () => {
  server = await startAuthorizationServer();
  line = openCommandLine({ user: 'ada' });
  writeConfiguration(line, { providers: { work: { issuer: server.issuer, client_id: server.clientId } } });
  await signInToWork(line, server);
  file = join(line.directory, 'token');
});
afterAll(async () => {
  line.close();
  await server.close();
});

/** Runs `exec` with a command that is played. */
function exec(
  args: readonly string[],
  play: (env: NodeJS.ProcessEnv) => void,
  changes: Partial<Context> = {},
) {
  const startChild: Context['startChild'] = async ({ env }) => {
    play(env);
    return { exitCode: Promise.resolve(5) };
  };
  return line.runIn({ ...changes, startChild }, 'exec', ...args, '--', 'program', 'argument');
}

describe('exec --token-file', () => {
  it('gives the token in a file while the command runs, and in no variable', async () => {
    const token = (await line.run('token', 'work')).stdout.trim();
    const outcome = await exec(
      ['work', '--token-file', relative(process.cwd(), file), '--file-as', 'AWS_WEB_IDENTITY_TOKEN_FILE'],
      (env) => {
        expect(env.AWS_WEB_IDENTITY_TOKEN_FILE).toBe(file);
        expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual([token, 0o600]);
        expect(JSON.stringify(env)).not.toContain(token);
      },
    );
    expect(outcome).toMatchObject({ exitCode: 5, stdout: '', stderr: '' });
    expect(existsSync(file)).toBe(false);
  });

  it('gives the ID Token, and the access token besides where a variable is named for it', async () => {
    const token = (await line.run('token', 'work', '--id-token')).stdout.trim();
    await exec(['work', '--token-file', file, '--id-token'], (env) => {
      expect(readFileSync(file, 'utf8')).toBe(token);
      expect(env).not.toHaveProperty('WORK_ID_TOKEN');
    });
    await exec(['work', '--token-file', file, '--as', 'T'], (env) => {
      expect(env.T).toBe(readFileSync(file, 'utf8'));
    });
    await exec(['work', '--id-token'], (env) => expect(env.WORK_ID_TOKEN).toBe(token));
  });

  it('removes the file when the program does not exist', async () => {
    const startChild = async () => {
      expect(existsSync(file)).toBe(true);
      throw new Error('there is no such program');
    };
    await line.runIn({ startChild }, 'exec', 'work', '--token-file', file, '--', 'program');
    expect(existsSync(file)).toBe(false);
  });

  it.each<[readonly string[], string]>([
    [['work', '--file-as', 'F'], 'there is no file'],
    [['work', '--token-file', 'x', '--file-as', 'LD_PRELOAD'], 'LD_PRELOAD changes how programs run'],
    [['work', '--token-file'], 'no value was given: --token-file <file>'],
    [['--as', 'A=work', '--token-file', 'x'], 'whose token should the file hold?'],
  ])('is refused, and nothing runs: %j', async (args, message) => {
    const outcome = await exec(args, () => {
      throw new Error('it ran');
    });
    expect([outcome.exitCode, outcome.stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('keep', () => {
  it('keeps the token in a file until it is stopped, and removes it', async () => {
    const ended = new AbortController();
    const running = line.runIn({ signal: ended.signal }, 'keep', 'work', file);
    await expect.poll(() => existsSync(file)).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe((await line.run('token', 'work')).stdout.trim());
    ended.abort(new Error('Ctrl-C'));
    expect(await running).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(existsSync(file)).toBe(false);
  });

  it.each([
    [[], 'access_token'],
    [['--id-token'], 'id_token'],
  ])('says with --json once the file is there (%j)', async (flags, holds) => {
    const ended = new AbortController();
    const running = line.runIn({ signal: ended.signal }, 'keep', 'work', file, '--json', ...flags);
    await expect.poll(() => existsSync(file)).toBe(true);
    ended.abort(new Error('Ctrl-C'));
    const { exitCode, stdout } = await running;
    expect([exitCode, JSON.parse(stdout)]).toEqual([0, { file, holds }]);
  });

  it('fails at once where nobody is signed in', async () => {
    const outcome = await line.run('keep', 'github', file);
    expect(outcome.exitCode).toBe(4);
    expect(existsSync(file)).toBe(false);
  });
});

describe('several tokens in one exec', () => {
  const env = { OAUTH_LOGIN_GITHUB_TOKEN: 'gho_of_github', OAUTH_LOGIN_LINEAR_TOKEN: 'lin_of_linear' };
  const given = () => ({ env: { ...line.context.env, ...env } });

  it('are named with --as, without another target or besides one', async () => {
    const token = (await line.run('token', 'work')).stdout.trim();
    const tokens = { A: 'gho_of_github', B: 'lin_of_linear' };
    const named = ['--as', 'A=github', '--as', 'B=linear'];
    const alone = await exec(named, (variables) => expect(variables).toMatchObject(tokens), given());
    expect(alone).toMatchObject({ exitCode: 5, stderr: '' });
    const besides = await exec(
      ['work', '--as', 'OWN', ...named],
      (variables) => expect(variables).toMatchObject({ ...tokens, OWN: token }),
      given(),
    );
    expect(besides.exitCode).toBe(5);
    await exec(
      ['work', '--as', 'A=github'],
      (variables) => expect(variables).toMatchObject({ A: 'gho_of_github', WORK_TOKEN: token }),
      given(),
    );
  });

  it('may be of an account that is named', async () => {
    const token = (await line.run('token', 'work')).stdout.trim();
    const { stdout } = await line.run('status', '--json');
    const [account] = JSON.parse(stdout).accounts;
    await exec(['--as', `A=work:${account.account}`], (variables) => expect(variables.A).toBe(token));
  });

  it.each<[readonly string[], string]>([
    [['--as', 'A=github', '--as', 'A=linear'], 'two tokens are meant for the variable A'],
    [['work', '--as', 'A', '--as', 'B'], 'whose token should B hold?'],
    [['--as', 'A='], 'whose token should A hold?'],
    [['--as', 'LD_PRELOAD=github'], 'LD_PRELOAD changes how programs run'],
    [['--as', 'A=github', '--account', 'ada'], 'a flag that chooses an account needs a target'],
    [['--as', 'A=nobody-known'], 'nobody-known'],
  ])('are refused, and nothing runs: %j', async (args, message) => {
    const outcome = await exec(
      args,
      () => {
        throw new Error('it ran');
      },
      given(),
    );
    expect(outcome.stderr).toContain(message);
    expect([2, 4]).toContain(outcome.exitCode);
  });

  it('do not take a word for the program that stands before the two dashes', async () => {
    const startChild = async () => {
      throw new Error('it ran');
    };
    const outcome = await line.runIn({ startChild, ...given() }, 'exec', '--as', 'A=github', 'program');
    expect([outcome.exitCode, outcome.stderr]).toEqual([
      2,
      expect.stringContaining('which command should run?'),
    ]);
  });
});
