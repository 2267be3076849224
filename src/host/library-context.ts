import { setMaxListeners } from 'node:events';
import type { Context, Environment, Output } from '../ground/context.ts';
import { canDraw } from '../ground/drawing.ts';
import { AbortedError } from '../ground/errors.ts';
import { canOpenBrowser } from '../ground/presence.ts';
import { surroundingsOf } from '../ground/surroundings.ts';
import { arePlainLinesWanted } from '../ground/terminal-look.ts';
import { wordsOutput } from '../ground/terminal-words.ts';
import { systemClock } from './clock.ts';
import { platformPaths } from './paths.ts';
import { workingDirectory } from './working-directory.ts';

/** Our variables that concern this machine and its person, and no account. */
const OF_MACHINE = /^OAUTH_LOGIN_(?:STORE|PASSPHRASE)$/i;

const OWN = /^OAUTH_LOGIN_/i;

/** What a program that uses the library is. */
export interface LibraryUser {
  /** Of a program with accounts of its own; absent: it shares those of the command. */
  readonly name?: string;
  /** For the store that a passphrase protects. */
  readonly passphrase?: string;
  /** Questions and words may go to the terminal of the program; otherwise it is left alone. */
  readonly usesTerminal: boolean;
  /** A person is waited for, so the system's keychain may ask to be unlocked. */
  readonly isAttended: boolean;
}

/** The parts of the process that are used, and none is changed. */
export type LibraryProcess = Pick<NodeJS.Process, 'env' | 'platform' | 'stdin' | 'stderr'>;

/**
 * The real outside world for a program that uses the library: nothing writes to its standard output, listens to its
 * signals, ends it, or changes its variables. Each call gives a context whose work ends with that signal; without one, it
 * goes on to its end.
 */
export function libraryWorld(
  process: LibraryProcess,
  { name, passphrase, usesTerminal, isAttended }: LibraryUser,
): (stop?: AbortController) => Context {
  const { platform } = process;
  const env = environmentOf(process.env, name, passphrase);
  const paths = platformPaths(env, platform, name);

  return (stop = new AbortController()) => {
    const { signal } = stop;
    // Many calls at once wait for the same end, and Node would warn of that on the standard error of the program.
    setMaxListeners(0, signal);
    return {
      env,
      platform,
      paths,
      workingDirectory,
      signal,
      clock: systemClock,
      ...(name === undefined ? {} : { program: name }),
      async uninterrupted(work) {
        signal.throwIfAborted();
        // The work looks at no signal, so it is done to its end.
        return work();
      },
      get stdin() {
        return usesTerminal ? process.stdin : nobody;
      },
      stdout: silence,
      stderr: usesTerminal ? terminalOf(process, env) : silence,
      writeBytes: async () => false,
      get canOpenBrowser() {
        return canOpenBrowser(env, platform);
      },
      get surroundings() {
        return surroundingsOf(env, platform);
      },
      async openHttp(options) {
        const { openHttp } = await import('../adapters/http.ts');
        return openHttp(options, { env, clock: systemClock });
      },
      async resolveTxt(name) {
        return (await import('../adapters/dns.ts')).resolveTxt(name);
      },
      async openBrowser(uri) {
        const [{ openBrowser }, { openIsolated }] = await Promise.all([
          import('../adapters/browser.ts'),
          import('../adapters/isolated-browser.ts'),
        ]);
        return openBrowser(uri, { env, platform, openIsolated });
      },
      async startChild() {
        throw new Error('the library starts no program');
      },
      async openKeychain(options = {}) {
        const { openKeychain } = await import('../adapters/keychain.ts');
        const { dataDir: directory } = paths;
        return openKeychain({ ...options, env, platform, signal, directory, isAttended });
      },
      async openPrompts() {
        const { openPrompts } = await import('../adapters/prompts.ts');
        return openPrompts({
          stdin: process.stdin,
          stderr: process.stderr,
          signal,
          canDraw: canDraw({ env, platform }),
          isPlain: arePlainLinesWanted(env),
          // The program goes on: Ctrl-C at a question ends the sign-in alone.
          interrupt: () => stop.abort(new AbortedError()),
        });
      },
    };
  };
}

const nobody = { isTTY: false, async *[Symbol.asyncIterator]() {} };

const silence: Output = { isTTY: false, write: () => true };

/** The standard error, which is touched when it is first used. */
function terminalOf(process: LibraryProcess, env: Environment): Output {
  let words: Output | undefined;
  const opened = () => {
    words ??= wordsOutput(process.stderr, { env, platform: process.platform });
    return words;
  };
  return {
    get isTTY() {
      return opened().isTTY;
    },
    get columns() {
      return opened().columns;
    },
    get rows() {
      return opened().rows;
    },
    write: (text) => opened().write(text),
  };
}

/** A copy; what was set for the accounts of the command does not count for a program with its own. */
function environmentOf(
  variables: NodeJS.ProcessEnv,
  name: string | undefined,
  passphrase: string | undefined,
): Environment {
  const entries = Object.entries(variables).filter(
    ([variable]) => name === undefined || !OWN.test(variable) || OF_MACHINE.test(variable),
  );
  const env = Object.fromEntries(entries);
  return passphrase === undefined ? env : { ...env, OAUTH_LOGIN_PASSPHRASE: passphrase };
}
