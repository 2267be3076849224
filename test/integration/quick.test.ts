import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { type CommandHome, copyBuiltCommand, type HomeOptions, openHome } from '../support/built-command.ts';
import { commandOf, type Ended, type Program } from '../support/programs.ts';

type Answer = Pick<Ended, 'code' | 'signal' | 'stdout' | 'stderr'>;

let command: Program;
let servers: AuthorizationServer[];
let signedIn: CommandHome;
let signedInTwice: CommandHome;
let withoutRefresh: CommandHome;
let home: CommandHome;
let clock: Record<string, string>;

const DATA = '.local/share/oauth-login';
const signIn = (at: CommandHome, server: AuthorizationServer, ...flags: string[]) =>
  at.runHere([server.issuer, '--client-id', server.clientId, '--allow-http-loopback', ...flags]);

beforeAll(async () => {
  command = copyBuiltCommand();
  servers = await Promise.all([startAuthorizationServer(), startAuthorizationServer()]);
  const [one, other] = servers as [AuthorizationServer, AuthorizationServer];
  signedIn = openHome(command);
  await signIn(signedIn, one);
  signedInTwice = signedIn.copy();
  await signIn(signedInTwice, other);
  withoutRefresh = openHome(command);
  await signIn(withoutRefresh, one, '--no-offline-access');
  // What is said of the time must not change between the runs that are compared.
  const stopped = join(dirname(signedIn.home), 'clock.cjs');
  writeFileSync(
    stopped,
    `Date.now = () => ${Date.now()}; globalThis.Date = class extends Date {
    constructor(...parts) { super(...(parts.length === 0 ? [Date.now()] : parts)); } };`,
  );
  clock = { NODE_OPTIONS: `--require ${stopped}` };
});
afterAll(async () => {
  for (const opened of [signedIn, signedInTwice, withoutRefresh]) {
    opened?.close();
  }
  for (const server of servers ?? []) {
    await server.close();
  }
  command?.remove();
});
beforeEach(() => {
  home = signedIn.copy();
  return () => home.close();
});

const part = (name: string) => join(dirname(command.path), '../dist', name);

/** The small part of the program. */
const QUICK_PART = 'quick.js';

/** Runs the command as if that part of it had not been built. */
async function runWithout(name: string, args: readonly string[], options: HomeOptions): Promise<Answer> {
  renameSync(part(name), part(`${name}.away`));
  try {
    return answerOf(await home.run(args, options));
  } finally {
    renameSync(part(`${name}.away`), part(name));
  }
}

function answerOf({ code, signal, stdout, stderr }: Ended): Answer {
  return { code, signal, stdout, stderr };
}

/** Both answers have to be the same; `alone`: the small part has to give its own without the whole program. */
async function expectSameAnswer(
  args: readonly string[],
  by: 'alone' | 'handed over',
  options: HomeOptions = {},
): Promise<Answer> {
  const given = { ...options, env: { ...clock, ...options.env } };
  const whole = await runWithout(QUICK_PART, args, given);
  expect(answerOf(await home.run(args, given))).toEqual(whole);
  const alone = await runWithout('main.js', args, given);
  if (by === 'alone') {
    expect(alone).toEqual(whole);
  } else {
    expect(alone.stderr).toContain('main.js');
  }
  return whole;
}

function accountFile(): string {
  const [name] = readdirSync(join(home.home, DATA, 'accounts'));
  return join(home.home, DATA, 'accounts', name ?? '');
}

describe('the small part and the whole program give the same answer', () => {
  it.each([
    '--version',
    '--version --json',
    '--json -V',
    '--help',
    'status',
    'status --json',
    'whoami --offline',
    'whoami --offline --json',
    'token',
    'token --json',
    'token --format header',
    'token --min-validity 5',
    'token --account ada',
    'token --id-token',
    'token --id-token --json',
  ])('%s, answered alone', async (line) => {
    const answer = await expectSameAnswer(line.split(' '), 'alone');
    expect(answer).toMatchObject({ code: 0, stderr: '' });
    expect(answer.stdout).not.toBe('');
  });

  it('where each token is noted, and the whole program does it', async () => {
    const directory = join(home.home, '.config/oauth-login');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(join(directory, 'config.json'), '{ "log_releases": true }');
    await expectSameAnswer(['token'], 'handed over');
    const log = readFileSync(join(home.home, DATA, 'releases.jsonl'), 'utf8');
    expect(log.match(/\n/g)).toHaveLength(2);
    writeFileSync(join(directory, 'config.json'), '{ "log_releases": false }');
    await expectSameAnswer(['token'], 'handed over');
    writeFileSync(join(directory, 'config.json'), '{}');
    await expectSameAnswer(['token'], 'alone');
    expect(readFileSync(join(home.home, DATA, 'releases.jsonl'), 'utf8')).toBe(log);
  });

  it('for a command that is run with the token, and whose exit code is passed on', async () => {
    const provider = new URL(servers[0]?.issuer ?? '').host.replace(':', '-');
    const line = [
      'exec',
      provider,
      '--as',
      'TOKEN',
      '--',
      'sh',
      '-c',
      'test -n "$TOKEN" && echo run && exit 7',
    ];
    expect(await expectSameAnswer(line, 'alone')).toMatchObject({ code: 7, stdout: 'run\n', stderr: '' });
    await expectSameAnswer([...line.slice(0, 5), 'no-such-program'], 'handed over');
  });

  it('for a command that is run with the token of one of two accounts', async () => {
    const [server] = servers;
    if (server === undefined) {
      throw new Error('there is no server');
    }
    const flags = [server.issuer, '--client-id', server.clientId, '--allow-http-loopback'];
    expect((await home.signIn(flags, { user: 'grace' })).code).toBe(0);
    const given: string[] = [];
    for (const account of ['ada', 'grace']) {
      const words = ['exec', server.issuer, '--account', account, '--as', 'T', '--', 'printenv', 'T'];
      const { stdout } = await expectSameAnswer(words, 'alone');
      expect(stdout).toBe((await home.run(['token', '--account', account])).stdout);
      given.push(stdout);
    }
    expect(new Set(given).size).toBe(2);
  });

  it('for a target that is given as its issuer', async () => {
    await expectSameAnswer(['token', servers[0]?.issuer ?? ''], 'alone');
  });

  it.each<[string, number]>([
    ['token nowhere', 2],
    ['token github', 4],
    ['token --account nobody', 4],
    ['token --format yaml', 2],
    ['token --min-validity soon', 2],
    ['token --nonsense', 2],
    ['whoami --offline nowhere', 2],
    ['status more', 2],
    ['--halp', 2],
  ])('%s, handed over', async (line, code) => {
    expect(await expectSameAnswer(line.split(' '), 'handed over')).toMatchObject({ code, stdout: '' });
  });

  it('for a token given in the environment, handed over', async () => {
    const env = { OAUTH_LOGIN_GITHUB_TOKEN: 'given-from-outside' };
    expect(await expectSameAnswer(['token', 'github'], 'handed over', { env })).toMatchObject({
      stdout: 'given-from-outside\n',
    });
    await expectSameAnswer(['status'], 'alone', { env });
  });
});

describe('the small part changes nothing about what goes wrong', () => {
  const expectFailure = async (args: string[], code: number, options?: HomeOptions) =>
    expect((await expectSameAnswer(args, 'handed over', options)).code).toBe(code);

  it('nobody is signed in', async () => {
    home.close();
    home = openHome(command);
    await expectFailure(['status'], 4);
    await expectFailure(['token'], 4);
    await expectFailure(['whoami', '--offline'], 4);
  });

  it('two accounts fit', async () => {
    home.close();
    home = signedInTwice.copy();
    await expectFailure(['token'], 2);
    await expectSameAnswer(['status'], 'alone');
  });

  it('the token has expired and cannot be refreshed', async () => {
    home.close();
    home = withoutRefresh.copy();
    await expectFailure(['token'], 4, { env: home.clockAhead(86_400) });
    await expectFailure(['token', '--min-validity', '90000'], 4);
  });

  it('an account file was changed, in its head or in its sealed part', async () => {
    const [title = '', head = '', body = ''] = readFileSync(accountFile(), 'utf8').split('\n');
    writeFileSync(accountFile(), `${title}\n${head.replace('ada', 'eve')}\n${body}\n`);
    await expectFailure(['token'], 8);
    writeFileSync(
      accountFile(),
      `${title}\n${head}\n${body.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))}\n`,
    );
    await expectFailure(['token'], 8);
    writeFileSync(accountFile(), 'nothing of ours');
    await expectSameAnswer(['status'], 'handed over');
  });

  it('others may read the account, its directory or the key', async () => {
    chmodSync(accountFile(), 0o644);
    await expectFailure(['token'], 8);
    chmodSync(accountFile(), 0o600);
    chmodSync(join(home.home, DATA, 'keys'), 0o755);
    await expectFailure(['token'], 8);
    chmodSync(join(home.home, DATA, 'keys'), 0o700);
    chmodSync(join(home.home, DATA, 'accounts'), 0o755);
    await expectFailure(['whoami', '--offline'], 8);
  });

  it('there is no home, or a relative one', async () => {
    await expectFailure(['status'], 3, { env: { HOME: undefined } });
    await expectFailure(['token'], 3, { env: { XDG_DATA_HOME: 'here' } });
  });

  it('a variable deserves a warning', async () => {
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const { code, stderr } = await expectSameAnswer(['token'], 'handed over', { env });
    expect(code).toBe(0);
    expect(stderr).toContain('NODE_TLS_REJECT_UNAUTHORIZED');
  });

  it('a report of a crash was asked for, which would show the environment', async () => {
    const env = { NODE_OPTIONS: `${clock.NODE_OPTIONS} --report-uncaught-exception` };
    await expectSameAnswer(['token'], 'handed over', { env });
  });
});

describe('the standard output of the small part', () => {
  /**
   * Runs `shell`, in which `"$@"` is the command, with and without the small part; `alone`: without the whole program
   * too, which is asked only what to say of a failure.
   */
  async function expectSameInShell(
    shell: string,
    args: readonly string[],
    by: 'alone' | 'together' = 'together',
  ): Promise<string> {
    const run = () => {
      const ended = spawnSync('sh', ['-c', shell, 'sh', ...commandOf(command), ...args], {
        env: { ...clock, PATH: process.env.PATH, HOME: home.home },
        encoding: 'utf8',
      });
      return { stdout: ended.stdout, stderr: ended.stderr };
    };
    const runWithoutPart = (name: string) => {
      renameSync(part(name), part('away'));
      const answer = run();
      renameSync(part('away'), part(name));
      return answer;
    };
    const answer = run();
    expect(answer).toEqual(runWithoutPart(QUICK_PART));
    if (by === 'alone') {
      expect(answer).toEqual(runWithoutPart('main.js'));
    }
    return `${answer.stdout}${answer.stderr}`;
  }

  it.each([['token'], ['status'], ['--help']])('that nobody reads any more: %s', async (...args) => {
    const reader = '{ sleep 0.3; "$@"; echo "ended with $?" >&2; } | :';
    expect(await expectSameInShell(reader, args)).toBe('ended with 141\n');
  });

  it('that is closed', async () => {
    expect(await expectSameInShell('"$@" >&-; echo "ended with $?"', ['token'], 'alone')).toBe(
      'ended with 0\n',
    );
  });

  it('on a disk that is full', async () => {
    const shell = '"$@" >/dev/full; echo "ended with $?"';
    const problem =
      'oauth-login: error: cannot write to standard output (no space left on the disk)\noauth-login: hint: ';
    for (const args of [['token'], ['status'], ['--help']]) {
      const said = await expectSameInShell(shell, args);
      expect(said).toMatch(/^ended with 8\n/);
      expect(said.slice('ended with 8\n'.length).startsWith(problem)).toBe(true);
    }
    const speechless = '"$@" >/dev/full 2>/dev/full; echo "ended with $?"';
    expect(await expectSameInShell(speechless, ['token'])).toBe('ended with 8\n');
    const said = await expectSameInShell(shell, ['status', '--json']);
    expect(JSON.parse(said.slice('ended with 8\n'.length)).error).toMatchObject({
      code: 'store_write_failed',
      exit_code: 8,
    });
  });

  it.each([
    ['waits', ':'],
    ['refuses', `perl -MFcntl -e 'fcntl(STDOUT, F_SETFL, O_WRONLY | O_NONBLOCK) or die'`],
  ])('a pipe that is full and %s: the answer is whole', async (_, make) => {
    const full = `{ head -c 65536 /dev/zero; ${make} && "$@"; } | { sleep 0.3; tr -d '\\0'; }`;
    expect(await expectSameInShell(full, ['token'], 'alone')).toMatch(/^[\w-]{20,}\n$/);
  });
});
