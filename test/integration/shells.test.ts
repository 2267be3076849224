import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { fishWord, posixWord } from '../../src/output/token-formats/shell.ts';
import { buildCommand } from '../support/built-command.ts';
import type { BundledScript } from '../support/bundled-script.ts';
import { hostileTexts } from '../support/hostile-tokens.ts';
import { commandOf, shellWords } from '../support/programs.ts';
import { describeWith } from '../support/requirements.ts';

/** How each shell is started so that it reads nothing of the user's, and runs the script it is given. */
const SHELLS: Readonly<Record<string, readonly string[]>> = {
  sh: ['-c'],
  dash: ['-c'],
  bash: ['--norc', '--noprofile', '-c'],
  zsh: ['-f', '-c'],
  fish: ['--no-config', '-c'],
};
const POSIX = ['sh', 'dash', 'bash', 'zsh'] as const;

let command: BundledScript;
let programs: string;
let place: string;

beforeAll(async () => {
  command = await buildCommand();
  programs = mkdtempSync(join(tmpdir(), 'oauth-login-shells-'));
  const program = join(programs, 'oauth-login');
  writeFileSync(program, `#!/bin/sh\nexec ${shellWords(commandOf(command))} "$@"\n`);
  chmodSync(program, 0o755);
});
afterAll(() => {
  rmSync(programs, { recursive: true, force: true });
  command.remove();
});
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'oauth-login-shell-'));
  mkdirSync(join(place, 'home'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

/** Runs the script in the shell, in an empty directory; gives the bytes it printed. */
function run(shell: string, script: string, env: Readonly<Record<string, string>> = {}, input = ''): string {
  const cwd = join(place, 'home');
  const { status, stdout, stderr } = spawnSync(shell, [...(SHELLS[shell] ?? []), script], {
    cwd,
    input,
    timeout: 120_000,
    env: {
      PATH: [programs, process.env.PATH].join(delimiter),
      HOME: cwd,
      LC_ALL: 'C.UTF-8',
      OAUTH_LOGIN_DATA_DIR: join(place, 'data'),
      OAUTH_LOGIN_CONFIG_DIR: join(place, 'config'),
      ...env,
    },
  });
  expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
  return stdout.toString();
}

/** Fish keeps its own files in the home directory, so only what a hostile value would leave counts. */
const nothingRan = () =>
  expect(readdirSync(join(place, 'home')).filter((name) => name === 'ran')).toEqual([]);

/** Tokens for whole processes, of which each costs time: what breaks out of each kind of quote there is. */
const FEW = [
  "';id>ran;'",
  "\\';id>ran;\\'",
  '$(id>ran)`id>ran`"$HOME"',
  '-n!!%s\\n#~*',
  "'\\'';id>ran;#",
] as const;

const posix = Object.fromEntries(
  POSIX.map((shell) => [shell, `eval "$(oauth-login token github --format env)"; printf %s "$GITHUB_TOKEN"`]),
);
const DOCUMENTED: Readonly<Record<string, string>> = {
  ...posix,
  fish: 'oauth-login token github --format fish | source; printf %s $GITHUB_TOKEN',
};

for (const [shell, line] of Object.entries(DOCUMENTED)) {
  describeWith([shell], `T33 ${shell}, the real one`, () => {
    it('gets every text back, byte for byte, and runs no part of it', () => {
      const word = shell === 'fish' ? fishWord : posixWord;
      const assign = shell === 'fish' ? 'set -gx T ' : 'export T=';
      const value = shell === 'fish' ? '$T' : '"$T"';
      const script = hostileTexts
        .map((text) => `${assign}${word(text)}\nprintf '%s\\0' ${value}\nprintenv -0 T\n`)
        .join('');
      expect(run(shell, script).split('\0').slice(0, -1)).toEqual(
        hostileTexts.flatMap((text) => [text, text]),
      );
      nothingRan();
    });

    it.each(FEW)('sets the variable by the line of the documentation, for the token %s', (token) => {
      expect(run(shell, line, { OAUTH_LOGIN_GITHUB_TOKEN: token })).toBe(token);
      nothingRan();
    });

    it('hands the token to the command of exec as it is', () => {
      for (const token of FEW.slice(0, 2)) {
        const script = 'oauth-login exec github -- printenv GITHUB_TOKEN';
        expect(run(shell, script, { OAUTH_LOGIN_GITHUB_TOKEN: token })).toBe(`${token}\n`);
      }
      nothingRan();
    });
  });
}

describeWith(['bash'], 'T33 bash with the history of a terminal', () => {
  it('expands no exclamation mark', () => {
    const texts = hostileTexts.filter((text) => text.includes('!'));
    expect(texts.length).toBeGreaterThan(2);
    const lines = texts.map((text) => `export T=${posixWord(text)}\nprintf '%s\\0' "$T"\n`);
    const script = `set -o history -H\nHISTFILE=\necho first >/dev/null\n${lines.join('')}`;
    expect(run('bash', 'exec bash --norc --noprofile -s', {}, script)).toBe(`${texts.join('\0')}\0`);
  });
});

describeWith([...POSIX], 'T33 a .env file', () => {
  const readable = ['$(id>ran)`id>ran`"$HOME"', '~root', 'a:~root', '=ls', '#x!!', '-n', 'aZ09-._~+/=='];

  it.each(readable)('is read alike by every shell and by Node: %s', (token) => {
    const env = { OAUTH_LOGIN_GITHUB_TOKEN: token };
    run('sh', 'oauth-login token github --format dotenv > .env', env);
    const readers = POSIX.map((shell) => run(shell, 'set -a; . ./.env; printenv GITHUB_TOKEN'));
    const node = `'${process.execPath}' --env-file=.env -p process.env.GITHUB_TOKEN`;
    expect([...readers, run('sh', node)]).toEqual(Array(POSIX.length + 1).fill(`${token}\n`));
    nothingRan();
  });

  it('is not written for a token that would be read differently', () => {
    const script = 'oauth-login token github --format dotenv >.env 2>err; printf %s $?; cat err >&3';
    const said = run('sh', `exec 3>said; ${script}`, { OAUTH_LOGIN_GITHUB_TOKEN: "it's" });
    expect(said).toBe('2');
    expect(readFileSync(join(place, 'home/.env'), 'utf8')).toBe('');
    expect(readFileSync(join(place, 'home/said'), 'utf8')).toContain('cannot be written to a .env file');
  });
});
