import { Readable } from 'node:stream';
import type { Clock, Context } from '../../src/ground/context.ts';
import type { Prompts } from '../../src/ground/ports.ts';
import { Secret } from '../../src/ground/secret.ts';
import { FakeKeychain } from './fake-keychain.ts';

/** The real time. */
export const realClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, milliseconds);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    }),
};

/** A clock whose time passes only in `sleep`. */
export function sleepingClock(): Clock {
  let now = 0;
  return {
    now: () => new Date(now),
    monotonic: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
  };
}

function notHere(): never {
  throw new Error('the store asked for something it does not need');
}

/** A context with what the store and the keys need, and nothing else. */
export function storeContext(dataDir: string, changes: Partial<Context> = {}): Context {
  return {
    canOpenBrowser: false,
    surroundings: 'local',
    env: {},
    platform: process.platform,
    stdin: Readable.from([]),
    stdout: { write: notHere },
    stderr: { write: notHere },
    clock: realClock,
    signal: new AbortController().signal,
    paths: { configDir: dataDir, dataDir },
    workingDirectory: () => dataDir,
    writeBytes: notHere,
    uninterrupted: (work) => work(),
    startChild: notHere,
    openHttp: notHere,
    resolveTxt: notHere,
    openBrowser: notHere,
    openKeychain: new FakeKeychain().open,
    openPrompts: notHere,
    ...changes,
  };
}

/** What makes a context look like a terminal in which a person types these answers. */
export function person(...answers: string[]): Partial<Context> & { readonly questions: string[] } {
  const questions: string[] = [];
  const prompts: Prompts = {
    hidden: (work) => work(prompts.secret),
    text: notHere,
    confirm: notHere,
    choose: notHere,
    search: notHere,
    secret: async (question, { validate } = {}) => {
      for (;;) {
        questions.push(question);
        const answer = answers.shift() ?? notHere();
        if (validate?.(answer) === undefined) {
          return new Secret(answer);
        }
      }
    },
  };
  const stdin = Object.assign(Readable.from([]), { isTTY: true });
  return { questions, stdin, stderr: { write: notHere, isTTY: true }, openPrompts: async () => prompts };
}
