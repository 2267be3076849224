import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHttp } from '../../src/adapters/http.ts';
import { type FinalPage, playUserAgent } from '../../src/demo/http-user-agent.ts';
import type { Context } from '../../src/ground/context.ts';
import { StoreError } from '../../src/ground/errors.ts';
import { systemClock } from '../../src/host/clock.ts';
import { main } from '../../src/main.ts';
import { checkHints } from './hint-commands.ts';

/** What a command line did. */
export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Whole command lines in this process, with directories of their own and a browser that is played. */
export interface CommandLine {
  run(...argv: string[]): Promise<Outcome>;
  /** The same with a part of the outside world changed. */
  runIn(changes: Partial<Context>, ...argv: string[]): Promise<Outcome>;
  readonly directory: string;
  readonly context: Context;
  /** The page the last played browser ended on. */
  lastPage(): Promise<FinalPage>;
  /** Everything that any command has written so far. */
  everythingSaid(): string;
  close(): void;
}

/** Who is at the browser, and what that person does. */
export interface PersonAtBrowser {
  readonly user: string;
  readonly consent?: boolean;
}

const nobodyTypes = { isTTY: false, async *[Symbol.asyncIterator]() {} };

/** Opens the place; accounts are sealed with a key file unless the environment says otherwise. */
export function openCommandLine(person: PersonAtBrowser, env: Record<string, string> = {}): CommandLine {
  const directory = mkdtempSync(join(tmpdir(), 'oauth-login-test-'));
  const said: string[] = [];
  let page: Promise<FinalPage> = Promise.reject(new Error('no browser was opened'));
  page.catch(() => {});
  const ended = new AbortController();
  const context: Context = {
    env: { BROWSER: 'played', OAUTH_LOGIN_STORE: 'file', ...env },
    platform: process.platform,
    stdin: nobodyTypes,
    stdout: { write: () => {} },
    stderr: { write: () => {} },
    clock: systemClock,
    signal: new AbortController().signal,
    paths: { configDir: join(directory, 'config'), dataDir: join(directory, 'data') },
    workingDirectory: () => directory,
    canOpenBrowser: true,
    writeBytes: async () => true,
    uninterrupted: (work) => work(),
    startChild: async () => {
      throw new Error('a program was started');
    },
    surroundings: 'local',
    openHttp: (options) => openHttp(options, { env: {}, clock: systemClock }),
    resolveTxt: async () => [],
    openBrowser: async (uri) => {
      page = playUserAgent(uri, { user: person.user, consent: person.consent ?? true, signal: ended.signal });
      page.catch(() => {});
      return { exited: Promise.resolve(0) };
    },
    openKeychain: async () => {
      throw new StoreError('store_unavailable', 'there is no keychain here', { hint: 'none' });
    },
    openPrompts: async () => {
      throw new Error('nobody can be asked');
    },
  };
  const runIn = async (changes: Partial<Context>, ...argv: string[]): Promise<Outcome> => {
    const out: string[] = [];
    const err: string[] = [];
    const inside: Context = {
      ...context,
      stdout: { write: (text) => out.push(text) },
      stderr: { write: (text) => err.push(text) },
      writeBytes: async (bytes) => out.push(Buffer.from(bytes).toString()) > 0,
      ...changes,
    };
    const exitCode = await main(argv, inside);
    said.push(...out, ...err);
    await checkHints(out.join('') + err.join(''), argv);
    return { exitCode, stdout: out.join(''), stderr: err.join('') };
  };
  return {
    run: (...argv) => runIn({}, ...argv),
    runIn,
    directory,
    context,
    lastPage: () => page,
    everythingSaid: () => said.join(''),
    close: () => {
      ended.abort(new Error('the test has ended'));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The two lines of an error as `code: message`, from a run with `--json`. */
export function errorOf(outcome: Pick<Outcome, 'stderr'>): {
  code: string;
  message: string;
  hint: string;
  exit_code: number;
} {
  const start = outcome.stderr.lastIndexOf('{\n  "error"');
  return JSON.parse(outcome.stderr.slice(start)).error;
}
