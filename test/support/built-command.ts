import { execFile, type SpawnOptions } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type FinalPage, playUserAgent } from '../../src/demo/http-user-agent.ts';
import { copyTree } from './copy-tree.ts';
import { type Ended, type Program, type Running, start } from './programs.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs the project's own build on a copy of the checkout and gives the `bin/oauth-login.js` of it: another test may
 * be building the checkout itself at this moment. `change` may alter the sources of the copy first.
 */
export async function buildCommand(change: (directory: string) => void = () => {}): Promise<Program> {
  const directory = mkdtempSync(join(tmpdir(), 'oauth-login-built-'));
  for (const part of ['bin', 'providers', 'scripts', 'src', 'package.json']) {
    cpSync(join(ROOT, part), join(directory, part), { recursive: true });
  }
  mkdirSync(join(directory, 'dist'));
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  change(directory);
  await promisify(execFile)(process.execPath, [join(directory, 'scripts/build.mjs')]);
  return {
    path: join(directory, 'bin/oauth-login.js'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
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
  /** Every argument that the browser was started with, once it was started; rejects after 90 s. */
  browserArguments(): Promise<readonly string[]>;
  /** Variables that set the clock of a process so many seconds forward, or back. */
  clockAhead(seconds: number): { readonly NODE_OPTIONS: string };
  /** A second home that holds what this one holds now. */
  copy(): CommandHome;
  close(): void;
}

/** Opens a home for the command. `linger` keeps the browser alive for so many seconds after it has told its link. */
export function openHome(command: Program, linger = 0): CommandHome {
  return homeIn(mkdtempSync(join(tmpdir(), 'oauth-login-home-')), command, linger);
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
      if (existsSync(told)) return readFileSync(told, 'utf8').slice(0, -1).split('\n');
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
      if ('code' in given) throw new Error(`it ended with ${given.code} before the browser: ${given.stderr}`);
      const page = await playUserAgent(given[0] ?? '', { user: options?.user ?? 'ada', consent: true });
      return { ...(await running.ended), page };
    },
    clockAhead(seconds) {
      const file = join(directory, `clock${seconds}.cjs`);
      writeFileSync(file, SHIFTED_CLOCK.replaceAll('SHIFT', String(seconds * 1_000)));
      return { NODE_OPTIONS: `--require ${file}` };
    },
    copy() {
      const other = homeIn(mkdtempSync(join(tmpdir(), 'oauth-login-home-')), command, linger);
      copyTree(home, other.home);
      return other;
    },
    close: () => rmSync(directory, { recursive: true, force: true }),
  };
}
