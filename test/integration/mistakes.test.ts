import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { playUserAgent } from '../../src/demo/http-user-agent.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { buildCommand, type CommandHome, openHome } from '../support/built-command.ts';
import { commandsIn, parseCommand } from '../support/hint-commands.ts';
import { type Mistake, mistakes } from '../support/mistakes.ts';
import { commandOf, type Program, shellWords } from '../support/programs.ts';
import { runInTerminal, type TerminalRun } from '../support/pseudo-terminal.ts';
import { describeWith } from '../support/requirements.ts';

let server: AuthorizationServer;
let command: Program;
let signedIn: Record<NonNullable<Mistake['home']>, CommandHome>;

/** What nobody should have to read: the names of system errors, and what libraries say. */
const RAW_WORDS =
  /\bE(?:NOENT|ACCES|PERM|EXIST|NOTDIR|ISDIR|CONN[A-Z]+|HOST[A-Z]+|AI_[A-Z]+|NOTFOUND|TIMEDOUT|PIPE|NOSPC|ADDR[A-Z]+)\b|ENOTFOUND|fetch failed|Unexpected token|undefined|\[object/;

/** Counted over all of them, and printed at the end. */
const found = {
  played: 0,
  'wrong exit codes': 0,
  'lines too wide': 0,
  'raw words': 0,
  'hints that cannot be run': 0,
};

beforeAll(async () => {
  [server, command] = await Promise.all([startAuthorizationServer(), buildCommand()]);
  const signIn = async (home: CommandHome, name: string) => {
    const setup = [
      'setup',
      name,
      '--issuer',
      server.issuer,
      '--client-id',
      server.clientId,
      '--allow-http-loopback',
    ];
    expect((await home.run(setup)).code).toBe(0);
    expect((await home.runHere([name, '--allow-http-loopback'])).code).toBe(0);
  };
  const account = openHome(command);
  await signIn(account, 'work');
  const two = account.copy();
  await signIn(two, 'home');
  const ended = openHome(command);
  server.rewriteReply('token', ({ refresh_token: _, ...reply }) => ({ ...reply, expires_in: 1 }));
  await signIn(ended, 'work');
  server.restore();
  signedIn = { empty: openHome(command), account, 'two accounts': two, 'ended account': ended };
});
afterAll(async () => {
  for (const home of Object.values(signedIn ?? {})) {
    home.close();
  }
  await server?.close();
  process.stdout.write(
    `${Object.entries(found)
      .map(([what, count]) => `${what}: ${count}`)
      .join(', ')}\n`,
  );
});

describeWith(['script', 'stty'], 'what people type wrong', () => {
  describe.each(Object.keys(mistakes))('in %s', (kind) => {
    const cases = (mistakes[kind] ?? []).map((mistake) => ({ mistake, name: nameOf(mistake) }));
    it.for(cases)('$name', async ({ mistake }) => {
      found.played += 1;
      const { run, columns, home } = await play(mistake);
      try {
        const text = run.lines.join('\n');
        const told = `${mistake.command}\n${text}`;
        count('wrong exit codes', mistake.exit.includes(run.code ?? -1) ? 0 : 1);
        expect(mistake.exit, told).toContain(run.code);
        const joined = run.lines.map((line) => line.trim()).join(' ');
        for (const pattern of mistake.says) {
          expect(joined, told).toMatch(pattern);
        }
        if (mistake.foreignOutput) {
          return;
        }
        const wide = mistake.terminal === false ? [] : run.lines.filter((line) => isTooWide(line, columns));
        count('lines too wide', wide.length);
        expect(wide, told).toEqual([]);
        count('raw words', RAW_WORDS.test(text) ? 1 : 0);
        expect(text).not.toMatch(RAW_WORDS);
        if (run.code !== 0) {
          await checkCommands(run.lines, home, mistake.env);
        }
      } finally {
        home.close();
      }
    });
  });
});

/** A word that a person puts something else in place of. */
const PLACEHOLDER = /\b[A-Z]{3,}\b|…|\.{3}/;

/**
 * Every command that is named is one as it stands, and is run where nobody waits for a person: it may well fail there, but
 * not as a wrong command line or by a fault of ours. A line that is indented further goes on with the one before.
 */
async function checkCommands(
  lines: readonly string[],
  home: CommandHome,
  env: Mistake['env'] = {},
): Promise<void> {
  const paragraphs: string[] = [];
  for (const line of lines) {
    const previous = paragraphs.at(-1);
    if (previous !== undefined && /^\s*\S/.test(line) && indentOf(line) > 0 && !line.includes('": ')) {
      paragraphs[paragraphs.length - 1] = `${previous} ${line.trim()}`;
    } else {
      paragraphs.push(line.replace(/",?$/, ''));
    }
  }
  for (const words of paragraphs.flatMap(commandsIn)) {
    await parseCommand(words).catch((error: unknown) => {
      count('hints that cannot be run', 1);
      throw error;
    });
    if (words.length > 0 && !words.some((word) => PLACEHOLDER.test(word))) {
      const { code, stderr } = await home.run(words, { env: { ...env, CI: '1', BROWSER: undefined } });
      count('hints that cannot be run', code === null || code === 1 || code === 2 ? 1 : 0);
      expect([null, 1, 2], `${words.join(' ')}\n${stderr}`).not.toContain(code);
    }
  }
}

function indentOf(line: string): number {
  return line.search(/\S/);
}

function count(what: keyof typeof found, more: number): void {
  found[what] += more;
}

function nameOf({ home, terminal, env, config, command: typed }: Mistake): string {
  const where = [
    home === undefined || home === 'empty' ? undefined : home,
    terminal === false ? 'no terminal' : terminal?.join(' × '),
    env === undefined
      ? undefined
      : Object.entries(env)
          .map(([name, value]) => `${name}=${value}`)
          .join(' '),
    config === undefined ? undefined : `config.json ${JSON.stringify(config)}`,
  ].filter((part) => part !== undefined);
  return where.length === 0 ? typed : `${typed} (${where.join(', ')})`;
}

/** An address or a command is not broken, however narrow the terminal; everything else has to fit. */
function isTooWide(line: string, columns: number): boolean {
  const isUnbreakable =
    /^\W*(?:(?:fix it with: |Usage: )?(?:oauth-login|npm|npx|ssh|chmod|rm|mv|export|eval) [^:]|[\w ]+: +\S+$|\S+$)/.test(
      line,
    );
  return [...line].length > columns && !isUnbreakable && !/^\s*"\w+": "/.test(line);
}

async function play(mistake: Mistake): Promise<{ run: TerminalRun; columns: number; home: CommandHome }> {
  const home = signedIn[mistake.home ?? 'empty'].copy();
  const folder = join(home.home, '..');
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'oauth-login'), `#!/bin/sh\nexec ${shellWords(commandOf(command))} "$@"\n`);
  chmodSync(join(bin, 'oauth-login'), 0o755);
  const { OAUTH_LOGIN_STORE: _, PATH, ...environment } = home.environment;
  const env: Record<string, string> = {
    ...environment,
    PATH: `${bin}:${PATH}`,
    TERM: 'xterm-256color',
    ISSUER: server.issuer,
    CLIENT: server.clientId,
    LOOPBACK: '--allow-http-loopback',
    ...mistake.env,
  };
  for (const name of mistake.unset ?? []) {
    delete env[name];
  }
  if (mistake.config !== undefined) {
    mkdirSync(join(home.home, '.config/oauth-login'), { recursive: true, mode: 0o700 });
    writeFileSync(join(home.home, '.config/oauth-login/config.json'), mistake.config, { mode: 0o600 });
  }
  const [columns, rows] = mistake.terminal || ([80, 24] as const);
  const where = { cwd: home.home, env, columns, rows };
  if (mistake.before !== undefined) {
    expect(await runInTerminal(mistake.before, where)).toMatchObject({ code: 0 });
  }
  rmSync(join(folder, 'arguments'), { force: true });
  const typed =
    mistake.terminal === false ? `exec </dev/null; (${mistake.command}) 2>&1 | cat` : mistake.command;
  let isOver = false;
  const running = runInTerminal(mistake.terminal === false ? keepingCode(mistake.command) : typed, {
    ...where,
    ...(mistake.types === undefined ? {} : { types: mistake.types }),
  });
  void running.then(() => {
    isOver = true;
  });
  if (mistake.browser === 'allows' || mistake.browser === 'refuses') {
    const consent = mistake.browser === 'allows';
    for (let isAsked = false; !isAsked && !isOver; await sleep(20)) {
      const link = browserLink(folder);
      if (link !== undefined) {
        isAsked = true;
        await playUserAgent(link, { user: 'ada', consent });
      }
    }
  }
  return { run: await running, columns, home };
}

/** Output and error go through a pipe, and the input is empty, as in a script. */
function keepingCode(line: string): string {
  return `{ (${line}) </dev/null 2>&1; echo $? >../code; } | cat; exit "$(cat ../code)"`;
}

function browserLink(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, 'arguments'), 'utf8').trim().split('\n').at(-1);
  } catch {
    return undefined;
  }
}
