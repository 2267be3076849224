import type { SpawnOptions } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import { type FinalPage, playUserAgent } from '../../src/demo/http-user-agent.ts';
import { systemClock } from '../../src/host/clock.ts';
import { platformPaths } from '../../src/host/paths.ts';
import { openCommandLine } from './command-line.ts';
import { copyTree } from './copy-tree.ts';
import { type Ended, type Program, type Running, start } from './programs.ts';

/** Gives the command that `built-command-setup.ts` has built for the run. */
export async function buildCommand(): Promise<Program> {
  return { path: inject('builtCommand'), remove: () => {} };
}

/** A copy of that command for a test that takes parts of it away; other tests run the shared one meanwhile. */
export function copyBuiltCommand(): Program {
  const { OAUTH_LOGIN_TEST_BINARY: binary } = process.env;
  if (binary !== undefined) {
    return { path: binary, remove: () => {} };
  }
  const directory = mkdtempSync(join(tmpdir(), 'oauth-login-own-'));
  copyTree(dirname(dirname(inject('builtCommand'))), directory);
  return {
    path: join(directory, 'bin/oauth-login.js'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/**
 * Takes the whole program out of a copy, so that only what is answered from the store still works; the result brings it
 * back. The one executable file stays whole, because nothing can be taken out of it.
 */
export function takeWholeProgramAway({ path }: Pick<Program, 'path'>): () => void {
  if (process.env.OAUTH_LOGIN_TEST_BINARY !== undefined) {
    return () => {};
  }
  const main = join(dirname(path), '../dist/main.js');
  renameSync(main, `${main}.away`);
  return () => renameSync(`${main}.away`, main);
}

/** What of a process may differ from the usual. */
export interface HomeOptions {
  /** Added to an environment that holds PATH, HOME, LANG, BROWSER and the store `file`; `undefined` takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly stdio?: SpawnOptions['stdio'];
  /** Who is at the browser, where somebody signs in; Ada by default. */
  readonly user?: string;
}

/** The built command with an empty HOME of its own, and a `BROWSER` that only tells which link it was given. */
export interface CommandHome {
  /** Nothing is in it but what the command writes. */
  readonly home: string;
  /** The program of `BROWSER`. */
  readonly browser: string;
  /** The variables that the command is started with. */
  readonly environment: Readonly<Record<string, string>>;
  start(args: readonly string[], options?: HomeOptions): Running;
  run(args: readonly string[], options?: HomeOptions): Promise<Ended>;
  /** Starts the command, waits for its browser and plays the End-User there. */
  signIn(args: readonly string[], options?: HomeOptions): Promise<Ended & { readonly page: FinalPage }>;
  /**
   * The same command line in this process, in the same home, with the End-User at its browser: for what does not depend on
   * the process. `ahead` sets its clock so many seconds forward, or back.
   */
  runHere(
    args: readonly string[],
    options?: Pick<HomeOptions, 'env' | 'user'> & { readonly ahead?: number },
  ): Promise<Pick<Ended, 'code' | 'stdout' | 'stderr'> & { readonly page: FinalPage | undefined }>;
  /** Every argument that the browser was started with, once it was started; rejects after 90 s. */
  browserArguments(): Promise<readonly string[]>;
  /** Variables that set the clock of a process so many seconds forward, or back. */
  clockAhead(seconds: number): Readonly<Record<string, string>>;
  /** A second home that holds what this one holds now. */
  copy(): CommandHome;
  close(): void;
}

/** Opens a home for the command. `linger` keeps the browser alive for so many seconds after it has told its link. */
export function openHome(command: Program, linger = 0): CommandHome {
  return homeIn(mkdtempSync(join(tmpdir(), 'oauth-login-home-')), command, linger);
}

/** Variables that make the command load a script first, and give Node these options besides. */
export function loadFirst(file: string, ...options: readonly string[]): Readonly<Record<string, string>> {
  return process.env.OAUTH_LOGIN_TEST_BINARY === undefined
    ? { NODE_OPTIONS: ['--require', file, ...options].join(' ') }
    : { BUN_OPTIONS: `--preload ${file}` };
}

const SHIFTED_CLOCK = `
  globalThis.Date = class extends Date {
    constructor(...parts) {
      if (parts.length === 0) super(Date.now());
      else super(...parts);
    }
    static now() {
      return super.now() + (SHIFT);
    }
  };
`;

function homeIn(directory: string, command: Program, linger: number): CommandHome {
  const home = join(directory, 'home');
  const browser = join(directory, 'browser');
  const told = join(directory, 'arguments');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const script = [
    '#!/bin/sh',
    `printf '%s\\n' "$@" >'${told}.part' && mv '${told}.part' '${told}'`,
    `sleep ${linger}`,
  ];
  writeFileSync(browser, `${script.join('\n')}\n`, { mode: 0o755 });

  const environment = {
    PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
    HOME: home,
    LANG: 'C.UTF-8',
    BROWSER: browser,
    OAUTH_LOGIN_STORE: 'file',
  };

  const begin = (args: readonly string[], options: HomeOptions = {}): Running => {
    rmSync(told, { force: true });
    return start(command, args, {
      cwd: options.cwd ?? home,
      env: { ...environment, ...options.env },
      ...(options.stdio === undefined ? {} : { stdio: options.stdio }),
    });
  };

  const browserArguments = async (): Promise<readonly string[]> => {
    for (const deadline = Date.now() + 90_000; Date.now() < deadline; await sleep(10)) {
      if (existsSync(told)) {
        return readFileSync(told, 'utf8').slice(0, -1).split('\n');
      }
    }
    throw new Error('the browser was not opened');
  };

  return {
    home,
    browser,
    environment,
    browserArguments,
    start: begin,
    run: (args, options) => begin(args, options).ended,
    async signIn(args, options) {
      const running = begin(args, options);
      const given = await Promise.race([browserArguments(), running.ended]);
      if ('code' in given) {
        throw new Error(`it ended with ${given.code} before the browser: ${given.stderr}`);
      }
      const person = { user: options?.user ?? 'ada', consent: true };
      let ended: Ended | undefined;
      void running.ended.then((outcome) => {
        ended = outcome;
      });
      let link = given[0] ?? '';
      let page = await playUserAgent(link, person);
      // The command may open the browser once more.
      while (ended === undefined) {
        const [latest = ''] = await browserArguments();
        if (latest !== link) {
          page = await playUserAgent(latest, person);
        }
        link = latest;
        await sleep(10);
      }
      return { ...(await running.ended), page };
    },
    async runHere(args, { env: changes = {}, user = 'ada', ahead = 0 } = {}) {
      const env = { ...environment, ...changes };
      const line = openCommandLine({ user });
      const clock = { ...systemClock, now: () => new Date(Date.now() + ahead * 1_000) };
      const paths = platformPaths(env, process.platform);
      try {
        const { exitCode: code, stdout, stderr } = await line.runIn({ env, paths, clock }, ...args);
        return { code, stdout, stderr, page: await line.lastPage().catch(() => undefined) };
      } finally {
        line.close();
      }
    },
    clockAhead(seconds) {
      const file = join(directory, `clock${seconds}.cjs`);
      writeFileSync(file, SHIFTED_CLOCK.replaceAll('SHIFT', String(seconds * 1_000)));
      return loadFirst(file);
    },
    copy() {
      const other = homeIn(mkdtempSync(join(tmpdir(), 'oauth-login-home-')), command, linger);
      copyTree(home, other.home);
      return other;
    },
    close: () => rmSync(directory, { recursive: true, force: true }),
  };
}
