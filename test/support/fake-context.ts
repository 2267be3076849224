import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Context, Environment } from '../../src/ground/context.ts';
import { AbortedError, StoreError } from '../../src/ground/errors.ts';
import type { HttpClient, Keychain, Prompts } from '../../src/ground/ports.ts';
import { Secret } from '../../src/ground/secret.ts';
import { systemClock } from '../../src/host/clock.ts';

/** A question that was asked, and the answer that the script gives. */
export type Answer = string | boolean | Error;

export interface FakeContextOptions {
  readonly env?: Environment;
  readonly platform?: NodeJS.Platform;
  /** What is read from the standard input. */
  readonly stdin?: string;
  /** Which of the streams are terminals; none by default. */
  readonly terminals?: readonly ('stdin' | 'stdout' | 'stderr')[];
  /** `real` (the default): sleeps take their time. `pass`: they take none, and move the clock on. */
  readonly sleeps?: 'real' | 'pass';
  /** What opens pages: an End-User, say. Absent: a browser that fails the test when it is opened. */
  readonly openBrowser?: (uri: string) => unknown;
  /** Absent: this machine has no keychain. */
  readonly keychain?: Keychain;
  /** Answers in the order of the questions; an error is thrown. A question without an answer fails the test. */
  readonly answers?: readonly Answer[];
  /** Directories to use again, those of another fake context say. */
  readonly home?: string;
}

export interface FakeClock extends Clock {
  /** Durations asked for, in milliseconds. */
  readonly sleeps: readonly number[];
  /** Moves both clocks on by that many milliseconds. */
  advance(milliseconds: number): void;
}

export interface FakeContext {
  readonly context: Context;
  readonly clock: FakeClock;
  /** Holds the directories of the context, `config` and `data`. */
  readonly home: string;
  stdout(): string;
  stderr(): string;
  /** The addresses that the browser was opened with. */
  readonly opened: readonly string[];
  /** The questions that were asked. */
  readonly questions: readonly string[];
  /** Presses Ctrl-C. */
  interrupt(): void;
  /** Closes connections and removes the directories. */
  remove(): Promise<void>;
}

/** A context for tests: directories of its own, the real HTTP adapter, everything else scripted and recorded. */
export function fakeContext(options: FakeContextOptions = {}): FakeContext {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'oauth-login-home-'));
  const paths = { configDir: join(home, 'config'), dataDir: join(home, 'data') };
  for (const directory of Object.values(paths)) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }

  const env = options.env ?? { LANG: 'C.UTF-8' };
  const terminals = new Set(options.terminals);
  const clock = fakeClock(options.sleeps ?? 'real');
  const controller = new AbortController();
  const out: string[] = [];
  const err: string[] = [];
  const opened: string[] = [];
  const questions: string[] = [];
  const clients: HttpClient[] = [];

  const context: Context = {
    env,
    platform: options.platform ?? 'linux',
    stdin: {
      isTTY: terminals.has('stdin'),
      async *[Symbol.asyncIterator]() {
        if (options.stdin !== undefined) {
          yield options.stdin;
        }
      },
    },
    stdout: { write: (text) => out.push(text), isTTY: terminals.has('stdout') },
    stderr: { write: (text) => err.push(text), isTTY: terminals.has('stderr') },
    clock,
    signal: controller.signal,
    paths,
    workingDirectory: () => home,
    canOpenBrowser: options.openBrowser !== undefined,
    writeBytes: async (bytes) => out.push(Buffer.from(bytes).toString()) > 0,
    uninterrupted: (work) => work(),
    startChild: async () => {
      throw new Error('a program was started');
    },
    surroundings: 'local',
    async openHttp(httpOptions) {
      const { openHttp } = await import('../../src/adapters/http.ts');
      const client = await openHttp(httpOptions, { env, clock, signal: controller.signal });
      clients.push(client);
      return client;
    },
    resolveTxt: async () => [],
    async openBrowser(uri) {
      opened.push(uri);
      if (options.openBrowser === undefined) {
        throw new Error(`the browser was opened: ${uri}`);
      }
      const visit = options.openBrowser(uri);
      return {
        exited: Promise.resolve(visit).then(
          () => 0,
          () => 1,
        ),
      };
    },
    async openKeychain() {
      if (options.keychain !== undefined) {
        return options.keychain;
      }
      throw new StoreError('store_unavailable', 'there is no keychain here', {
        hint: 'choose another store',
      });
    },
    openPrompts: async () => scriptedPrompts(options.answers ?? [], questions),
  };

  return {
    context,
    clock,
    home,
    stdout: () => out.join(''),
    stderr: () => err.join(''),
    opened,
    questions,
    interrupt: () => controller.abort(new AbortedError()),
    async remove() {
      await Promise.all(clients.map((client) => client.close()));
      if (options.home === undefined) {
        rmSync(home, { recursive: true, force: true });
      }
    },
  };
}

/** A clock that can be moved on and remembers what was slept. */
export function fakeClock(mode: 'real' | 'pass'): FakeClock {
  const sleeps: number[] = [];
  let offset = 0;
  return {
    sleeps,
    now: () => new Date(Date.now() + offset),
    monotonic: () => performance.now() + offset,
    async sleep(milliseconds, signal) {
      sleeps.push(milliseconds);
      if (mode === 'real') {
        return systemClock.sleep(milliseconds, signal);
      }
      // One turn of the event loop, so that sockets get theirs.
      await systemClock.sleep(0, signal);
      offset += milliseconds;
    },
    advance(milliseconds) {
      offset += milliseconds;
    },
  };
}

function scriptedPrompts(answers: readonly Answer[], questions: string[]): Prompts {
  const next = (question: string): string | boolean => {
    const answer = answers[questions.push(question) - 1];
    if (answer === undefined) {
      throw new Error(`the script has no answer to: ${question}`);
    }
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  };
  const secret: Prompts['secret'] = async (question) => new Secret(String(next(question)));
  return {
    secret,
    hidden: (work) => work(secret),
    async text(question, options) {
      const answer = String(next(question));
      const complaint = options?.validate?.(answer);
      if (complaint !== undefined) {
        throw new Error(`the answer to “${question}” is refused: ${complaint}`);
      }
      return answer;
    },
    confirm: async (question) => next(question) === true,
    async choose(question, choices) {
      const answer = next(question);
      const choice = choices.find(({ value }) => value === answer);
      if (choice === undefined) {
        throw new Error(`“${question}” has no choice ${answer}`);
      }
      return choice.value;
    },
    async search(question, choices, other) {
      const answer = String(next(question));
      const choice = choices.find(({ value }) => value === answer) ?? other?.(answer);
      if (choice === undefined) {
        throw new Error(`“${question}” has no choice ${answer}`);
      }
      return choice.value;
    },
  };
}
