import { Readable } from 'node:stream';
import type { Context, Output } from '../ground/context.ts';
import { canDraw } from '../ground/drawing.ts';
import { takeEnvironment } from '../ground/environment.ts';
import { ExitCode } from '../ground/errors.ts';
import { canOpenBrowser } from '../ground/presence.ts';
import { surroundingsOf } from '../ground/surroundings.ts';
import { arePlainLinesWanted } from '../ground/terminal-look.ts';
import { wordsOutput } from '../ground/terminal-words.ts';
import { systemClock } from './clock.ts';
import { preventCrashArtefacts } from './crash-artefacts.ts';
import { debugOptions } from './debug-options.ts';
import { platformPaths } from './paths.ts';
import { type StandardStream, watchStream } from './standard-stream.ts';
import { watchStopSignals } from './stop-signals.ts';
import { workingDirectory } from './working-directory.ts';

/** The real outside world. */
export interface SystemContext extends Context {
  /**
   * Resolves once all output has been taken; to `false` when the reader of the standard output has gone. Rejects with a
   * `StoreError` when that output cannot be written for another reason.
   */
  flush(): Promise<boolean>;
  /** The options of Node that expose what is in memory; see `debugOptions`. */
  readonly debugOptions: readonly string[];
  /** Whether a call of the keychain that nothing can stop would keep the process from ending. */
  isHeld(): boolean;
  /**
   * The signal that the process should end by instead of with this exit code: SIGINT after Ctrl-C, since a shell goes
   * on with its loop otherwise.
   */
  endsBy(exitCode: number): Promise<NodeJS.Signals | undefined>;
}

/** The parts of the process the context is made of. */
export type HostProcess = Pick<
  NodeJS.Process,
  'env' | 'execArgv' | 'platform' | 'stdin' | 'stdout' | 'stderr' | 'on' | 'removeListener' | 'report'
>;

/**
 * Builds the context of a real process; to be called once, before anything is started or loaded.
 *
 * Nothing heavy is loaded and no stream is touched before it is used. `input` is the whole standard input, where somebody
 * has read it already.
 */
export function systemContext(process: HostProcess, input?: Buffer): SystemContext {
  preventCrashArtefacts(process);
  const { platform } = process;
  const env = takeEnvironment(process.env);
  const paths = platformPaths(env, platform);
  const { signal, received, uninterrupted } = watchStopSignals(process, () => {
    context.stderr.write('oauth-login: finishing a refresh that is under way\n');
  });
  let isCallPending = () => false;
  let childSignal: Promise<NodeJS.Signals | undefined> | undefined;
  let stdout: StandardStream | undefined;
  let stderr: StandardStream | undefined;
  let words: Output | undefined;

  const context: SystemContext = {
    env,
    platform,
    paths,
    workingDirectory,
    signal,
    uninterrupted,
    clock: systemClock,
    debugOptions: debugOptions(process.execArgv, env.NODE_OPTIONS),
    get stdin() {
      return input === undefined ? process.stdin : Readable.from([input]);
    },
    get stdout() {
      stdout ??= watchStream(process.stdout);
      return stdout.stream;
    },
    writeBytes(bytes) {
      stdout ??= watchStream(process.stdout);
      return stdout.writeBytes(bytes);
    },
    get stderr() {
      stderr ??= watchStream(process.stderr);
      words ??= wordsOutput(stderr.stream, { env, platform });
      return words;
    },
    get canOpenBrowser() {
      return canOpenBrowser(env, platform);
    },
    get surroundings() {
      return surroundingsOf(env, platform);
    },
    async openHttp(options) {
      const { openHttp } = await import('../adapters/http.ts');
      // The client is not tied to Ctrl-C, because the answer to a refresh has to reach the disk. Commands tie their
      // other requests to it.
      return openHttp(options, { env, clock: systemClock });
    },
    async resolveTxt(name) {
      return (await import('../adapters/dns.ts')).resolveTxt(name);
    },
    async openBrowser(uri) {
      const { openBrowser } = await import('../adapters/browser.ts');
      return openBrowser(uri, { env, platform });
    },
    async startChild(child) {
      const { startChild } = await import('../adapters/child-process.ts');
      signal.throwIfAborted();
      const started = await startChild(child, process);
      childSignal = started.signal;
      return started;
    },
    async openKeychain(options = {}) {
      const { isKeychainCallPending, openKeychain } = await import('../adapters/keychain.ts');
      isCallPending = isKeychainCallPending;
      return openKeychain({ ...options, env, platform, signal, directory: paths.dataDir });
    },
    async openPrompts() {
      const { openPrompts } = await import('../adapters/prompts.ts');
      return openPrompts({
        stdin: process.stdin,
        stderr: process.stderr,
        signal,
        canDraw: canDraw({ env, platform }),
        isPlain: arePlainLinesWanted(env),
      });
    },
    isHeld: () => isCallPending(),
    async flush() {
      const [taken = true] = await Promise.all([stdout?.flush(), stderr?.flush()]);
      const failure = stdout?.failure();
      if (failure !== undefined) {
        throw failure;
      }
      return taken;
    },
    async endsBy(exitCode) {
      if (exitCode !== ExitCode.interrupted) {
        return undefined;
      }
      // At a prompt the terminal hands Ctrl-C over as a key, and no signal comes.
      const signal = childSignal === undefined ? (received() ?? 'SIGINT') : await childSignal;
      return signal === 'SIGINT' ? signal : undefined;
    },
  };
  return context;
}
