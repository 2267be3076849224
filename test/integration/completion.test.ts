import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openAccountStore } from '../../src/accounts/account-store.ts';
import { Secret } from '../../src/ground/secret.ts';
import { accountHead } from '../support/account-head.ts';
import { copyBuiltCommand, takeWholeProgramAway } from '../support/built-command.ts';
import { openCommandLine } from '../support/command-line.ts';
import { commandOf, type Program, shellWords } from '../support/programs.ts';
import { runInTerminal } from '../support/pseudo-terminal.ts';
import { describeWith } from '../support/requirements.ts';
import { storeContext } from '../support/store-context.ts';

const HOSTILE = '$(touch ran)`touch ran`';

let command: Program;
let place: string;
let env: Record<string, string>;

beforeAll(async () => {
  command = copyBuiltCommand();
  // The quick path answers alone: no commander, no keychain, no network.
  takeWholeProgramAway(command);
  place = mkdtempSync(join(tmpdir(), 'oauth-login-completion-'));
  const [programs, home, data] = ['bin', 'home', 'data'].map((name) => join(place, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(programs);
  mkdirSync(home);
  mkdirSync(data, { mode: 0o700 });
  const program = join(programs, 'oauth-login');
  writeFileSync(program, `#!/bin/sh\nexec ${shellWords(commandOf(command))} "$@"\n`);
  chmodSync(program, 0o755);
  const store = openAccountStore(storeContext(data));
  const people = ['octocat', 'Ada Lovelace', HOSTILE, '\u001b]0;owned\u0007\u001b[31mred'];
  for (const [index, preferredUsername] of people.entries()) {
    const head = accountHead({
      label: index === 2 ? `Git\u001b[2JHub ${HOSTILE}` : 'GitHub',
      profile: { sub: String(index), preferred_username: preferredUsername },
    });
    await store.write(head, { accessToken: new Secret('gho_canary0123456789') });
  }
  env = {
    PATH: [programs, process.env.PATH].join(delimiter),
    HOME: home,
    LC_ALL: 'C.UTF-8',
    TERM: 'dumb',
    PS1: '$ ',
    OAUTH_LOGIN_DATA_DIR: data,
    OAUTH_LOGIN_CONFIG_DIR: join(place, 'config'),
  };
});
afterAll(() => {
  command?.remove();
  rmSync(place, { recursive: true, force: true });
});

const CTRL_A = '\x01';
const TAB = '\t';
const SHOW = `show() { printf '<%s>' "$@"; echo; }`;

/** What is typed, what the shell shows once it has completed that, and the words that the line then consists of. */
type Typed = readonly [line: string, seen: RegExp, words: string];

/** Types each line and the tabulator, and has the line shown as its words in angle brackets, in place of running it. */
async function completed(shell: string, install: string, lines: readonly Typed[]): Promise<string[]> {
  const run = await runInTerminal(shell, {
    cwd: join(place, 'home'),
    env,
    columns: 200,
    rows: 40,
    types: [
      [/\$ /, `${SHOW}; ${install}; echo inst''alled\r`],
      ...lines.flatMap(([line, seen], index): [RegExp, string][] => [
        [index === 0 ? /installed\r?\n/ : /<oauth-login>/, `${line}${TAB}`],
        [seen, `${CTRL_A}show \r`],
      ]),
      [/<oauth-login>/, 'exit\r'],
    ],
    limitSeconds: 60,
  });
  return run.lines.flatMap((line) => /<oauth-login>.*>/.exec(line)?.[0] ?? []);
}

const shells = {
  bash: ['bash --norc --noprofile -i', 'eval "$(oauth-login completion bash)"'],
  zsh: ["PS1='$ ' zsh -f -i", 'autoload -U compinit; compinit -u -D; eval "$(oauth-login completion zsh)"'],
} as const;

describeWith(['script', 'bash', 'zsh', 'fish'], 'completion in a real shell', () => {
  it.each(['bash', 'zsh'] as const)('completes commands, flags, values and accounts in %s', async (shell) => {
    const [start, install] = shells[shell];
    const lines: Typed[] = [
      ['oauth-login tok', /token /, '<oauth-login><token>'],
      ['oauth-login token --format=headers', /headers-json/, '<oauth-login><token><--format=headers-json>'],
      ['oauth-login token github:oct', /octocat/, '<oauth-login><token><github:octocat>'],
      ['oauth-login whoami github:Ada', /Lovelace/, '<oauth-login><whoami><github:Ada Lovelace>'],
      ['oauth-login lichess --client-m', /metadata-url/, '<oauth-login><lichess><--client-metadata-url>'],
    ];
    expect(await completed(start, install, lines)).toEqual(lines.map(([, , words]) => words));
  });

  it('prints the script of one shell, and no candidates for words that nobody asked about', async () => {
    const line = openCommandLine({ user: 'nobody' });
    const { exitCode, stdout, stderr } = await line.run('completion', 'bash', 'zsh');
    line.close();
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('too many words for completion: "zsh"');
  });

  it('completes the same in fish, and files where a flag takes one', () => {
    const complete = (typed: string) => {
      const script = `oauth-login completion fish | source; complete -C ${JSON.stringify(typed)}`;
      const { status, stdout, stderr } = spawnSync('fish', ['--no-config', '-c', script], {
        cwd: place,
        env,
        encoding: 'utf8',
        timeout: 60_000,
      });
      expect([status, stderr]).toEqual([0, '']);
      return stdout.split('\n').map((line) => line.split('\t')[0]);
    };
    expect(complete('oauth-login tok')).toEqual(['token', '']);
    expect(complete('oauth-login ')).toEqual(
      expect.arrayContaining(['login', 'github', 'github:octocat', 'google']),
    );
    expect(complete('oauth-login token --format headers')).toEqual(['headers-json', '']);
    expect(complete('oauth-login whoami github:o')).toEqual(['github:octocat', '']);
    expect(complete("oauth-login whoami 'github:Ada L")).toEqual(['github:Ada Lovelace', '']);
    expect(complete('oauth-login github --ca-file bi')).toContain('bin/');
  });

  it('lets no name of an account or a provider reach the shell or the terminal as a command', () => {
    for (const shell of ['bash', 'zsh', 'fish', 'powershell']) {
      const words =
        shell === 'bash' ? ['oauth-login token ', ''] : ['token', shell === 'powershell' ? '.' : ''];
      const { stdout } = spawnSync('oauth-login', ['completion', shell, '--', ...words], {
        env,
        encoding: 'utf8',
      });
      expect(stdout.split('\n').filter((line) => line.startsWith('github:'))).toHaveLength(4);
      expect(stdout).not.toContain('\u001b');
      expect(stdout.replace(/\t.*/g, '')).not.toMatch(/[$`();'"<>&|*?]/);
    }
    // All of it is shown, and the shells expand none of it.
    for (const [shell, script] of [
      [
        'bash',
        'eval "$(oauth-login completion bash)"; COMP_LINE="oauth-login token " COMP_POINT=18; _oauth_login oauth-login "" token; declare -p COMPREPLY',
      ],
      ['fish', 'oauth-login completion fish | source; complete -C "oauth-login token "'],
    ] as const) {
      const { stdout, status } = spawnSync(shell, ['-c', script], {
        cwd: join(place, 'home'),
        env,
        encoding: 'utf8',
      });
      expect(status).toBe(0);
      expect(stdout).toContain('github:octocat');
    }
    expect(existsSync(join(place, 'home', 'ran'))).toBe(false);
  });
});
