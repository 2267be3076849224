import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import type { BundledScript } from '../support/bundled-script.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { bundleCommand, homeOf, startCommand } from '../support/command-process.ts';
import { writeConfiguration } from '../support/configuration-file.ts';

let server: AuthorizationServer;
let line: CommandLine;
let command: BundledScript;

beforeAll(async () => {
  command = bundleCommand();
  server = await startAuthorizationServer();
  line = openCommandLine({ user: 'ada' });
  await line.run(server.issuer, '--client-id', server.clientId, '--allow-http-loopback');
});
afterAll(async () => {
  command.remove();
  line.close();
  await server.close();
});

const given = { OAUTH_LOGIN_GITHUB_TOKEN: `gho_it's%25` };
const inEnv = (env: Record<string, string>, ...args: string[]) => line.runIn({ env }, 'token', ...args);

describe('token --format', () => {
  it.each([
    ['env', `export GITHUB_TOKEN='gho_it'\\''s%25'\n`],
    ['fish', `set -gx GITHUB_TOKEN 'gho_it\\'s%25'\n`],
    ['powershell', `$env:GITHUB_TOKEN = 'gho_it''s%25'\n`],
    ['github-actions', `GITHUB_TOKEN=gho_it's%25\n`],
    ['gitlab-dotenv', `GITHUB_TOKEN=gho_it's%25\n`],
    ['header', `Authorization: Bearer gho_it's%25\n`],
    ['headers-json', `{\n  "Authorization": "Bearer gho_it's%25"\n}\n`],
  ])('%s', async (format, stdout) => {
    expect(await inEnv(given, 'github', '--format', format)).toEqual({ exitCode: 0, stdout, stderr: '' });
  });

  it('sets the variable of --as', async () => {
    const { stdout } = await line.run('token', '--format', 'env', '--as', 'MY_TOKEN');
    const token = (await line.run('token')).stdout.trim();
    expect(stdout).toBe(`export MY_TOKEN='${token}'\n`);
  });

  it.each([
    [['--as', 'X'], 'cannot be used with the format raw'],
    [['--format', 'json', '--as', 'X'], 'cannot be used with the format json'],
    [['--format', 'netrc', '--as', 'X'], 'cannot be used with the format netrc'],
    [['--format', 'env', '--as', 'PATH'], 'changes how programs run'],
    [['--format', 'fish', '--as', 'a b'], 'is not the name of a variable'],
    [['--format', 'env', '--as', "x'; echo broken; '"], 'is not the name of a variable'],
    [['--format', 'shell'], 'the formats are raw, json, header, headers-json, env'],
    [['--format', 'dotenv'], 'cannot be written to a .env file'],
    [['--format', 'netrc'], '.netrc'],
  ])('refuses %j and prints nothing', async (args, message) => {
    const { exitCode, stdout, stderr } = await inEnv(given, 'github', ...args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  it('netrc names the hosts of the API, and no others (T02)', async () => {
    const plain = { OAUTH_LOGIN_GITHUB_TOKEN: 'gho_x', OAUTH_LOGIN_GIT_EXAMPLE_COM_TOKEN: 'gho_y' };
    expect((await inEnv(plain, 'github', '--format', 'netrc')).stdout).toBe(
      'machine api.github.com login oauth2 password gho_x\n',
    );
    expect((await inEnv(plain, 'github', '--host', 'git.example.com', '--format', 'netrc')).stdout).toBe(
      'machine git.example.com login oauth2 password gho_y\n',
    );
    // A server on a port of the loopback address has no line that would mean it alone.
    const stored = await line.run('token', '--format', 'netrc');
    expect([stored.exitCode, stored.stdout]).toEqual([2, '']);
  });
});

describe('token --format header, where the API takes the token in a way of its own', () => {
  const presentations = [
    [{ scheme: 'OAuth' }, /^Authorization: OAuth ([\w-]+)\n$/],
    [{ header: 'X-Access-Token' }, /^X-Access-Token: ([\w-]+)\n$/],
  ] as const;
  const open = (presentation: object) => {
    const other = closeAfterTest(openCommandLine({ user: 'ada' }));
    writeConfiguration(other, {
      providers: {
        work: { issuer: server.issuer, client_id: server.clientId, token_presentation: presentation },
      },
    });
    return other;
  };

  it.each(presentations)('prints the header of %j, of an account and of a variable', async (form, header) => {
    const other = open(form);
    expect((await other.run('work', '--allow-http-loopback')).exitCode).toBe(0);
    const token = (await other.run('token', 'work')).stdout.trim();
    const stored = (await other.run('token', 'work', '--format', 'header')).stdout;
    expect(header.exec(stored)?.[1]).toBe(token);
    const env = { OAUTH_LOGIN_WORK_TOKEN: 'given-1' };
    const given = (await other.runIn({ env }, 'token', 'work', '--format', 'header')).stdout;
    expect(header.exec(given)?.[1]).toBe('given-1');
  });

  it('prints none where the query holds the token', async () => {
    const env = { OAUTH_LOGIN_WORK_TOKEN: 'given-1' };
    const outcome = await open({ query: 'access_token' }).runIn(
      { env },
      'token',
      'work',
      '--format',
      'header',
    );
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toContain('takes the token in the query, as access_token');
  });

  it('prints the standard header for a server that nobody described', async () => {
    const env = { OAUTH_LOGIN_GIT_EXAMPLE_NET_TOKEN: 'given-1' };
    const { stdout } = await line.runIn({ env }, 'token', 'git.example.net', '--format', 'header');
    expect(stdout).toBe('Authorization: Bearer given-1\n');
  });
});

describe('T33 in a CI job', () => {
  const jobs = [
    ['GitHub Actions', { GITHUB_ACTIONS: 'true', CI: 'true' }, '::add-mask::'],
    ['Azure Pipelines', { TF_BUILD: 'True' }, '##vso[task.setsecret]'],
  ] as const;

  it.each(jobs)('of %s the masks are out before the token is', async (_, env, mask) => {
    for (const format of ['raw', 'env', 'header', 'json', 'github-actions', 'netrc']) {
      const order: string[] = [];
      const token = 'gho_plain';
      await line.runIn(
        {
          env: { ...env, OAUTH_LOGIN_GITHUB_TOKEN: token },
          stdout: { write: (text) => order.push(`out ${text}`) },
          stderr: { write: (text) => order.push(`err ${text}`) },
        },
        'token',
        'github',
        '--format',
        format,
      );
      expect(order).toHaveLength(2);
      expect(order[0]).toBe(`err ${mask}${token}\n`);
      expect(order[1]).toMatch(/^out .*gho_plain/s);
    }
  });

  it.each(jobs)(
    'of %s a real process prints them on standard error only, and only when it gives a token out',
    async (_, env, mask) => {
      const token = (await line.run('token')).stdout.trim();
      const run = (...args: string[]) => startCommand(command, args, { ...homeOf(line), ...env }).ended;
      expect(await run('token')).toMatchObject({
        code: 0,
        stdout: `${token}\n`,
        stderr: `${mask}${token}\n`,
      });
      const exec = await run('exec', server.issuer, '--as', 'T', '--', 'true');
      expect(exec).toMatchObject({ code: 0, stdout: '', stderr: `${mask}${token}\n` });
      for (const args of [['status'], ['whoami', '--offline']]) {
        const { code, stdout, stderr } = await run(...args);
        expect([args, code]).toEqual([args, 0]);
        expect(stdout + stderr).not.toContain(token);
      }
    },
  );

  it('nothing is masked elsewhere', async () => {
    const { code, stdout, stderr } = await startCommand(command, ['token'], { ...homeOf(line), CI: 'true' })
      .ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^[\w-]+\n$/);
  });
});

describe('T34 server text in a CI job', () => {
  const commands = [
    '::add-path::/tmp/x',
    '\r\n::stop-commands::t',
    '##vso[task.setvariable variable=a]b',
    '##[error]x',
    '\u001b[0m##vso[x]y',
  ];

  it.each(commands)('cannot become a command: %j', async (hostile) => {
    const env = {
      OAUTH_LOGIN_STORE: 'file',
      BROWSER: 'played',
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      TF_BUILD: 'True',
    };
    const played = openCommandLine({ user: 'ada' }, env);
    try {
      server.rewriteReply('userinfo', (body) => ({
        ...body,
        preferred_username: hostile,
        name: hostile,
        email: hostile,
      }));
      const signIn = [server.issuer, '--client-id', server.clientId, '--allow-http-loopback'];
      expect((await played.run(...signIn)).exitCode).toBe(0);
      for (const args of [
        ['whoami'],
        ['whoami', '--json'],
        ['status'],
        ['status', '--json'],
        ['whoami', '--offline'],
      ]) {
        expect((await played.run(...args)).exitCode).toBe(0);
      }
      server.breakEndpoint('token', {
        kind: 'reply',
        status: 400,
        body: JSON.stringify({ error: 'invalid_request', error_description: hostile }),
      });
      expect((await played.run('token', '--refresh')).exitCode).not.toBe(0);
      expect((await played.run('token', '--refresh', '--json')).exitCode).not.toBe(0);
      const lines = played.everythingSaid().split(/\r?\n/);
      expect(lines.length).toBeGreaterThan(20);
      expect(lines.filter((said) => /^\s*::|##\[|##vso\[/i.test(said))).toEqual([]);
    } finally {
      server.restore();
      played.close();
    }
  });
});
