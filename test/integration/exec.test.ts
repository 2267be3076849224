import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { buildCommand, loadFirst } from '../support/built-command.ts';
import type { BundledScript } from '../support/bundled-script.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { homeOf, startCommand } from '../support/command-process.ts';
import { noNetwork } from '../support/no-network.ts';
import { commandOf } from '../support/programs.ts';
import { describeWith } from '../support/requirements.ts';

const GIVEN = { OAUTH_LOGIN_GITHUB_TOKEN: 'gho_of_the_environment' };

let command: BundledScript;
let server: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  // With the small part of the program, which runs a command whose token is still good.
  command = await buildCommand();
  server = await startAuthorizationServer();
  line = openCommandLine({ user: 'ada' });
  const signedIn = await line.run(server.issuer, '--client-id', server.clientId, '--allow-http-loopback');
  expect(signedIn.exitCode).toBe(0);
});
afterAll(async () => {
  command.remove();
  line.close();
  await server.close();
});

/** Where the token comes from, and with it which part of the program runs the command: the whole one, or a small one. */
const SOURCES = ['the environment', 'the store'] as const;
const from = (source: (typeof SOURCES)[number]) =>
  source === 'the store' ? ([server.issuer, homeOf(line)] as const) : (['github', GIVEN] as const);

const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}, input?: string) =>
  startCommand(command, ['exec', ...args], env, input).ended;
const sh = (script: string) => ['--', 'sh', '-c', script];

describe('exec', () => {
  it('gives the command the token of the stored account in one variable', async () => {
    const token = (await line.run('token')).stdout.trim();
    const { code, stdout, stderr } = await run(
      [server.issuer, '--as', 'WORK_TOKEN', ...sh('printf "%s|" "$WORK_TOKEN" "$#" "$0"')],
      homeOf(line),
    );
    expect(stderr).toBe('');
    expect(stdout).toBe(`${token}|0|sh|`);
    expect(code).toBe(0);
  });

  it('names the variable after the provider', async () => {
    expect((await run(['github', '--', 'printenv', 'GITHUB_TOKEN'], GIVEN)).stdout).toBe(
      'gho_of_the_environment\n',
    );
    const name = `_${server.issuer.replace(/^https?:\/\//, '').replace(/\W/g, '_')}_TOKEN`;
    const { stdout } = await run([server.issuer, '--', 'printenv', name], homeOf(line));
    expect(stdout.trim()).toBe((await line.run('token')).stdout.trim());
  });

  it('leaves arguments and standard input as they are, without a shell', async () => {
    const words = ['$HOME', '`id`', '; exit 9', '--as', '--json', '--debug', '--', '*', 'two words'];
    const args = [
      'github',
      '--',
      process.execPath,
      '-e',
      'console.log(JSON.stringify(process.argv.slice(1)))',
      '--',
    ];
    expect(JSON.parse((await run([...args, ...words], GIVEN)).stdout)).toEqual(words);
    expect((await run(['github', '--', 'cat'], GIVEN, 'of standard input')).stdout).toBe('of standard input');
  });

  it('refreshes a token that is not valid for long enough first', async () => {
    const before = (await line.run('token')).stdout.trim();
    const hits = server.hits('token');
    const args = [server.issuer, '--as', 'T', '--min-validity', '9999999', '--', 'printenv', 'T'];
    // Another refresh would not give more than what the server gave a moment ago.
    expect((await run(args, homeOf(line))).stdout.trim()).toBe(before);
    expect(server.hits('token')).toBe(hits);
    const later = `const now = Date.now; Date.now = () => now() + 60_000;
      globalThis.Date = class extends Date { constructor(...all) { super(...(all.length ? all : [Date.now()])); } };`;
    const script = join(mkdtempSync(join(tmpdir(), 'oauth-login-clock-')), 'later.cjs');
    writeFileSync(script, later);
    const { stdout } = await run(args, { ...homeOf(line), ...loadFirst(script) });
    rmSync(dirname(script), { recursive: true });
    expect(server.hits('token')).toBe(hits + 1);
    expect(stdout.trim()).not.toBe(before);
    expect(stdout).toBe((await line.run('token')).stdout);
  });
});

describe('T60 the token in the environment of a child', () => {
  it('is all that the child and its children get: no refresh token, and no secret of this tool', async () => {
    const token = (await line.run('token')).stdout.trim();
    const others = server.issuedSecrets().filter((secret) => secret !== token);
    expect(others.length).toBeGreaterThan(2);
    const environ = `tr '\\0' '\\n' < /proc/$$/environ`;
    const { stdout, code } = await run(
      [
        server.issuer,
        '--as',
        'WORK_TOKEN',
        ...sh(`${environ}; echo ----; sh -c '${environ.replaceAll("'", `'"'"'`)}'`),
      ],
      { ...homeOf(line), ...GIVEN, OAUTH_LOGIN_PASSPHRASE: 'a passphrase of the user', OF_THE_USER: 'kept' },
    );
    expect(code).toBe(0);
    const [child = '', grandchild = ''] = stdout.split('----\n');
    for (const variables of [child, grandchild]) {
      expect(variables.split('\n').filter((text) => text.includes(token))).toEqual([`WORK_TOKEN=${token}`]);
      expect(variables).toContain('OF_THE_USER=kept\n');
      expect(variables).not.toMatch(/passphrase|gho_|OAUTH_LOGIN_(?!ACCOUNT=|CONFIG_DIR=|DATA_DIR=|STORE=)/i);
      expectNoSecrets(variables, others);
    }
  });

  it('leaves everything else as the user has it, so that it can be nested', async () => {
    const token = (await line.run('token')).stdout.trim();
    const env = { ...homeOf(line), NODE_TLS_REJECT_UNAUTHORIZED: '0', PATH: `:.:bin:${process.env.PATH}` };
    const own = 'printf "%s|" "$NODE_TLS_REJECT_UNAUTHORIZED" "$PATH" "$OUTER" "$INNER"';
    const inner = [...commandOf(command), 'exec', server.issuer, '--as', 'INNER', ...sh(own)];
    const { code, stdout } = await run([server.issuer, '--as', 'OUTER', '--', ...inner], env);
    expect([code, stdout]).toEqual([0, `0|${env.PATH}|${token}|${token}|`]);
  });

  it.each([
    ['GitHub Actions', { GITHUB_ACTIONS: 'true' }, '::add-mask::'],
    ['Azure Pipelines', { TF_BUILD: 'True' }, '##vso[task.setsecret]'],
  ])('is hidden in the log of %s before the command starts', async (_runner, runner, mask) => {
    const args = [server.issuer, '--as', 'T', ...sh('printf "%s\\n" "$T" >&2')];
    const token = (await line.run('token')).stdout.trim();
    const { code, stderr } = await run(args, { ...homeOf(line), ...runner });
    expect([code, stderr]).toEqual([0, `${mask}${token}\n${token}\n`]);
    expect((await run(args, homeOf(line))).stderr).toBe(`${token}\n`);
  });

  it('stands in no list of arguments, and not in the environment of this tool', async () => {
    const script = 'echo ready $$; exec sleep 30';
    const running = startCommand(command, ['exec', server.issuer, '--as', 'T', ...sh(script)], homeOf(line));
    const [, child] = await running.printed(/ready (\d+)/);
    const read = (name: string) => readFileSync(`/proc/${name}`, 'latin1');
    const token = (await line.run('token')).stdout.trim();
    // While the shell becomes the other program, the kernel shows neither list.
    await expect.poll(() => read(`${child}/cmdline`)).toMatch(/^sleep\0/);
    await expect.poll(() => read(`${child}/environ`)).toContain(`T=${token}`);
    expect(read(`${running.pid}/environ`)).toContain('OAUTH_LOGIN_DATA_DIR');
    for (const name of [`${running.pid}/environ`, `${running.pid}/cmdline`, `${child}/cmdline`]) {
      expectNoSecrets(read(name), server.issuedSecrets());
    }
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(143);
  });

  it.each([
    ...[
      'PATH',
      'Path',
      'LD_PRELOAD',
      'ld_library_path',
      'DYLD_INSERT_LIBRARIES',
      'LD_X_TOKEN',
      'NODE_OPTIONS',
    ],
    ...[
      'BASH_ENV',
      'ENV',
      'IFS',
      'PS4',
      'PYTHONPATH',
      'PERL5OPT',
      'RUBYOPT',
      'GIT_SSH_COMMAND',
      'HTTPS_PROXY',
    ],
    ...[
      'JAVA_TOOL_OPTIONS',
      '_JAVA_OPTIONS',
      'OAUTH_LOGIN_GITHUB_TOKEN',
      'HOME',
      'SSH_ASKPASS',
      'DOTNET_STARTUP_HOOKS',
    ],
    ...['', 'A-B', '1A', 'A B=github', 'A B', 'Ä', 'A\n'],
  ])('is not put into %j, and nothing is run', async (name) => {
    const { exitCode, stderr } = await line.runIn(
      { env: GIVEN },
      'exec',
      'github',
      `--as=${name}`,
      '--',
      'echo',
      'run',
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--as GITHUB_TOKEN');
    expect(stderr).not.toContain('a program was started');
  });

  it.each([
    'GITHUB_TOKEN',
    'NODE_AUTH_TOKEN',
    'GIT_TOKEN',
    'NPM_TOKEN',
    'SHELLY_TOKEN',
    'TF_VAR_token',
    '_x',
    'PGPASSWORD',
  ])('may be put into %s', async (name) => {
    const started: unknown[] = [];
    const startChild = async (child: unknown) => {
      started.push(child);
      return { exitCode: Promise.resolve(0) };
    };
    const args = ['exec', 'github', '--as', name, '--', 'program', 'argument'];
    expect((await line.runIn({ env: GIVEN, startChild }, ...args)).exitCode).toBe(0);
    expect(started).toEqual([
      { program: 'program', args: ['argument'], env: { [name]: GIVEN.OAUTH_LOGIN_GITHUB_TOKEN } },
    ]);
  });

  it('takes the place of a variable that Windows does not tell apart', async () => {
    const seen: Record<string, string | undefined>[] = [];
    const startChild = async ({ env }: { readonly env: Readonly<Record<string, string | undefined>> }) => {
      seen.push(env);
      return { exitCode: Promise.resolve(0) };
    };
    const env = { ...GIVEN, Github_Token: 'old', Other: 'kept' };
    for (const platform of ['win32', 'linux'] as const) {
      await line.runIn({ env, platform, startChild }, 'exec', 'github', '--', 'program');
    }
    expect(seen).toEqual([
      { Other: 'kept', GITHUB_TOKEN: 'gho_of_the_environment' },
      { Other: 'kept', Github_Token: 'old', GITHUB_TOKEN: 'gho_of_the_environment' },
    ]);
  });
});

describe('the command of exec', () => {
  it.each([
    [['github'], 'no command'],
    [['github', '--'], 'nothing behind the dashes'],
    [['github', '--', ''], 'an empty name'],
    [['github', 'printenv'], 'no dashes'],
    [['--', 'printenv'], 'no target'],
    [['github', 'curl', '--silent'], 'options of its own without dashes'],
  ])('has to stand behind two dashes: %j (%s)', async (args) => {
    const { exitCode, stderr } = await line.runIn({ env: {} }, 'exec', ...args);
    expect([2, 4]).toContain(exitCode);
    expect(stderr).toMatch(/^oauth-login: error: .+\noauth-login: hint: .+\n$/);
  });

  it.each([
    [['printf', '%s|', 'a', '--', 'b']],
    [['printf', '--', 'b']],
    [['printf', '--']],
    [['printf', '--', 'printf']],
    [['--', '']],
    [['printf']],
  ])('has all its words behind the first dashes, or is not run: %j', async (words) => {
    const { exitCode, stderr } = await line.runIn({ env: GIVEN }, 'exec', 'github', ...words);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /^oauth-login: error: which command .+\noauth-login: hint: put it behind two dashes, .+\n$/,
    );
  });

  it('needs a target before the dashes, and names the place for it', async () => {
    const { exitCode, stderr } = await line.runIn({ env: GIVEN }, 'exec', '--', 'printf', 'a b');
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(/target before the two dashes, .+: oauth-login exec github -- printf 'a b'\n$/),
    ]);
  });

  it.each([[['a', '--', 'b']], [['--']], [['--', '--']], [['']]])(
    'may have dashes of its own: %j',
    async (words) => {
      const started: unknown[] = [];
      const startChild = async (child: unknown) => {
        started.push(child);
        return { exitCode: Promise.resolve(0) };
      };
      const args = ['exec', 'github', '--', 'program', ...words];
      expect((await line.runIn({ env: GIVEN, startChild }, ...args)).exitCode).toBe(0);
      expect(started).toMatchObject([{ program: 'program', args: words }]);
    },
  );

  it('is not run when there is no token, and its --json does not change how that is told', async () => {
    const { exitCode, stderr } = await line.runIn(
      { env: {} },
      'exec',
      'google',
      '--',
      'jq',
      '--json',
      '--debug',
    );
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(
      /^oauth-login: error: nobody is signed in to google\noauth-login: hint: set OAUTH_LOGIN_GOOGLE_TOKEN .+\n$/,
    );
  });
});

describe.each(SOURCES)('the end of the command of exec, with a token from %s', (source) => {
  it.each([0, 1, 3, 42, 255])('is passed on: exit code %i', async (code) => {
    const [target, env] = from(source);
    expect(await run([target, '--as', 'T', ...sh(`exit ${code}`)], env)).toMatchObject({ code, stderr: '' });
  });

  it.each([
    ['TERM', 143],
    ['KILL', 137],
    ['SEGV', 139],
    // Not by the signal itself, which would leave a core file with secrets.
    ['QUIT', 131],
  ])('is 128 and the number when it dies of SIG%s', async (name, code) => {
    const [target, env] = from(source);
    const ended = await run([target, '--as', 'T', ...sh(`ulimit -c 0; kill -${name} $$`)], env);
    expect(ended).toMatchObject({ code, stderr: '' });
  });

  it('is SIGINT when it dies of that, and an exit code of 130 when it had one', async () => {
    const [target, env] = from(source);
    const died = await run([target, '--as', 'T', ...sh('kill -INT $$')], env);
    expect(died).toMatchObject({ code: null, signal: 'SIGINT', stderr: '' });
    const exited = await run([target, '--as', 'T', ...sh('exit 130')], env);
    expect(exited).toMatchObject({ code: 130, signal: null, stderr: '' });
  });

  it('is 127 when there is no such program', async () => {
    const [target, env] = from(source);
    for (const program of ['no-such-program-anywhere', './no-such-program', 'no=such', '-']) {
      const { code, stdout, stderr } = await run([target, '--as', 'T', '--', program], env);
      expect(code).toBe(127);
      expect(stdout).toBe('');
      const [error, hint] = stderr.split('\n');
      expect(error).toBe(`oauth-login: error: there is no program "${program}"`);
      expect(hint).toMatch(/^oauth-login: hint: /);
    }
  });

  it('is 126 when the program cannot be executed', async () => {
    const [target, env] = from(source);
    const file = join(line.directory, 'not-executable');
    writeFileSync(file, '#!/bin/sh\nexit 0\n', { mode: 0o600 });
    chmodSync(file, 0o600);
    for (const program of [file, line.directory]) {
      const { code, stderr } = await run([target, '--as', 'T', '--', program], env);
      expect(code).toBe(126);
      expect(stderr).toContain('cannot be executed (permission denied)');
    }
  });
});

describe.each(SOURCES)('the command of exec, with a token from %s', (source) => {
  it('starts with every signal as the system has it, though Node ignores some', async () => {
    const [target, env] = from(source);
    const { stdout } = await run([target, '--as', 'T', '--', 'grep', 'SigIgn', '/proc/self/status'], env);
    expect(stdout).toMatch(/^SigIgn:\s+0+\n$/);
  });

  it('gets none of the files that are open here, nor one that a shell has opened as 3', async () => {
    const [target, env] = from(source);
    const list = [
      'sh',
      '-c',
      'n=3; while [ $n -lt 300 ]; do [ -e /proc/$$/fd/$n ] && echo $n; n=$((n+1)); done',
    ];
    const words = [...commandOf(command), 'exec', target, '--as', 'T', '--'];
    const listed = (...all: string[]) =>
      execFileSync('sh', ['-c', 'exec 3</dev/null; exec "$@"', 'sh', ...all, ...list], {
        env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env },
        encoding: 'utf8',
      }).split('\n');
    const before = listed();
    expect(before).toContain('3');
    expect(before.filter((fd) => fd !== '3')).toEqual(expect.arrayContaining(listed(...words)));
  });

  it('may have a name that other programs would take for something else', async () => {
    const [target, env] = from(source);
    const token = source === 'the store' ? (await line.run('token')).stdout.trim() : 'gho_of_the_environment';
    for (const name of ['name=of a program', '-', '-i']) {
      const file = join(line.directory, name);
      writeFileSync(file, `#!/bin/sh\nprintf "%s|" '${name}' "$T" "$@"\n`, { mode: 0o700 });
      const given = { ...env, PATH: `${line.directory}:${process.env.PATH}` };
      for (const words of [[], ['', '--', '-i', 'a=b', 'two words', '$HOME']]) {
        const { code, stdout } = await run([target, '--as', 'T', '--', name, ...words], given);
        expect([code, stdout]).toEqual([0, `${[name, token, ...words].join('|')}|`]);
      }
    }
  });

  it('loses nothing in a pipe that another program has set not to wait', async () => {
    const [target, env] = from(source);
    const other = `${process.execPath} -e 'process.stdout.write("x"); setTimeout(() => {}, 1500)'`;
    const script = `(${other} & sleep 0.5; "$@"; wait) | (sleep 1; wc -c)`;
    const words = [...commandOf(command), 'exec', target, '--as', 'T', '--', 'seq', '100000'];
    const counted = execFileSync('sh', ['-c', script, 'sh', ...words], {
      env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env },
      encoding: 'utf8',
    });
    expect(Number(counted)).toBe('x'.length + 588_895);
  });

  it('gets arguments and variables that are long', async () => {
    const [target, env] = from(source);
    const long = 'x'.repeat(100_000);
    const { code, stdout } = await run(
      [target, '--as', 'T', ...sh('printf %s "$LONG$1" | wc -c'), 'sh', long],
      {
        ...env,
        LONG: long,
      },
    );
    expect([code, stdout]).toEqual([0, '200000\n']);
  });
});

describe.each(SOURCES)('signals to exec, with a token from %s', (source) => {
  const start = (script: string) => {
    const [target, env] = from(source);
    return startCommand(command, ['exec', target, '--as', 'T', ...sh(script)], env);
  };
  const trap = (name: string) =>
    `n=0; trap 'n=$((n+1)); echo got ${name} $n' ${name}; echo ready; while [ $n -lt 1 ]; do sleep 0.05; done; sleep 0.3; exit $((40+n))`;

  it.each(['INT', 'TERM', 'HUP', 'USR1', 'USR2', 'QUIT'])(
    'SIG%s reaches the command once, whose end decides',
    async (name) => {
      const running = start(trap(name));
      await running.printed(/ready/);
      running.child.kill(`SIG${name}` as NodeJS.Signals);
      const { code, stdout, stderr } = await running.ended;
      expect(stdout).toBe(`ready\ngot ${name} 1\n`);
      expect(code).toBe(41);
      expect(stderr).toBe('');
    },
  );

  it('are told by 128 and their number when the command dies of them', async () => {
    const running = start('echo ready; exec sleep 30');
    await running.printed(/ready/);
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 143, signal: null, stderr: '' });
  });

  it('do not end the tool before the command, however often they come', async () => {
    const running = start(
      `trap 'echo once more' INT TERM; echo ready; for i in 1 2 3 4 5 6 7 8; do sleep 0.1; done; exit 7`,
    );
    await running.printed(/ready/);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGINT'] as const) {
      running.child.kill(signal);
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
    const { code, stdout } = await running.ended;
    expect(code).toBe(7);
    expect(stdout.match(/once more/g)).toHaveLength(3);
  });
});

describeWith(['bash'], 'a loop of the shell around exec', () => {
  /** Starts three rounds in a process group of their own, sends SIGINT to all of it in the first, and gives the end. */
  async function interruptLoop(script: string) {
    const loop = 'for i in 1 2 3; do "$@"; echo "$? in round $i"; done';
    const words = [...commandOf(command), 'exec', 'github', ...sh(script)];
    const shell = spawn('bash', ['-c', loop, 'bash', ...words], {
      env: { PATH: process.env.PATH, HOME: '/nonexistent', ...GIVEN },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    let stdout = '';
    let sent = false;
    shell.stdout.on('data', (chunk) => {
      stdout += chunk;
      if (sent || !stdout.includes('ready')) {
        return;
      }
      sent = true;
      process.kill(-(shell.pid ?? 0), 'SIGINT');
    });
    const [code, signal] = await once(shell, 'close');
    return { code, signal, stdout };
  }

  it('ends with Ctrl-C when the command dies of it', async () => {
    expect(await interruptLoop('echo ready; exec sleep 20')).toEqual({
      code: null,
      signal: 'SIGINT',
      stdout: 'ready\n',
    });
  });

  it('goes on when the command takes Ctrl-C as its own', async () => {
    const script = 'trap "exit 130" INT; echo ready; for i in 1 2 3 4 5; do sleep 0.1; done';
    const { code, stdout } = await interruptLoop(script);
    expect([code, stdout]).toEqual([0, 'ready\n130 in round 1\nready\n0 in round 2\nready\n0 in round 3\n']);
  });
});

describeWith(['script', 'perl'], 'SIGINT in a terminal', () => {
  /** Runs a script of sh in a terminal of its own, in which `"$@"` is exec with this command; Ctrl-C as soon as it asks. */
  async function inTerminal(driver: string, ...program: string[]) {
    const words = [...commandOf(command), 'exec', 'github', '--', ...program];
    const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
    const all = ['sh', '-c', driver, 'sh', ...words].map(quote).join(' ');
    const terminal = spawn('script', ['-q', '-e', '-c', `exec ${all}`, '/dev/null'], {
      env: { PATH: process.env.PATH, HOME: '/nonexistent', SHELL: '/bin/sh', TERM: 'dumb', ...GIVEN },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let screen = '';
    let pressed = false;
    terminal.stdout.on('data', (chunk) => {
      screen += chunk;
      if (pressed || !screen.includes('press Ctrl-C')) {
        return;
      }
      pressed = true;
      terminal.stdin.write('\x03');
    });
    const [code] = await once(terminal, 'close');
    return { code, screen };
  }

  it('that is sent to the tool alone ends a command that takes no notice of it', async () => {
    const begun = join(line.directory, 'begun');
    const driver = `"$@" & until [ -e '${begun}' ]; do sleep 0.05; done; sleep 0.3; kill -INT $!; wait $!; exit $?`;
    const inner = `touch '${begun}'; exec sleep 15`;
    const { code, screen } = await inTerminal(driver, 'sh', '-c', inner);
    expect([code, screen]).toEqual([130, expect.not.stringContaining('error')]);
  });

  it('is not passed on to a command that takes the first one as a request only', async () => {
    // With SA_RESETHAND the kernel itself forgets the handler before anybody can look.
    const program = `use POSIX; $| = 1; my $asked = 0;
      sigaction(SIGINT, POSIX::SigAction->new(sub { $asked++ }, POSIX::SigSet->new, POSIX::SA_RESETHAND));
      select undef, undef, undef, 1.5; print "press Ctrl-C\n";
      for (my $i = 0; $i < 100 && !$asked; $i++) { select undef, undef, undef, 0.1 }
      select undef, undef, undef, 0.7; exit 5 + $asked`;
    expect((await inTerminal('exec "$@"', 'perl', '-e', program)).code).toBe(6);
  });
});

describeWith(['script'], 'Ctrl-C in a terminal', () => {
  it('reaches the command of exec once, from the terminal, and not a second time from us', async () => {
    const log = join(line.directory, 'ctrl-c');
    const inner = `n=0; trap 'n=$((n+1))' INT; echo ready; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.1; done; echo got $n; exit 5`;
    const words = [...commandOf(command), 'exec', 'github', '--', 'sh', '-c', inner];
    const quoted = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
    const terminal = spawn('script', ['-q', '-e', '-c', `exec ${quoted}`, log], {
      env: { PATH: process.env.PATH, HOME: '/nonexistent', SHELL: '/bin/sh', TERM: 'dumb', ...GIVEN },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let screen = '';
    let pressed = false;
    terminal.stdout.on('data', (chunk) => {
      screen += chunk;
      if (!pressed && screen.includes('ready')) {
        pressed = true;
        terminal.stdin.write('\x03');
      }
    });
    const code = await new Promise((resolve) => terminal.once('close', resolve));
    expect(screen).toContain('got 1');
    expect(code).toBe(5);
  });
});

describe('exec with a stored token', () => {
  it('makes no use of the network', async () => {
    const { exitCode } = await line.runIn(
      {
        openHttp: noNetwork,
        startChild: async () => ({ exitCode: Promise.resolve(9) }),
      },
      'exec',
      server.issuer,
      '--',
      'program',
    );
    expect(exitCode).toBe(9);
  });
});
