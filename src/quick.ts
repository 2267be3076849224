import { fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { type StartedChild, startChild } from './adapters/child-process.ts';
import type { Keychain } from './adapters/keychain.ts';
import { openUnlockedKeyring } from './adapters/secret-service.ts';
import { sessionBusSocket } from './adapters/session-bus-address.ts';
import { runWithToken } from './commands/exec.ts';
import { status } from './commands/status.ts';
import { token } from './commands/token.ts';
import { whoami } from './commands/whoami.ts';
import type { Context } from './context.ts';
import type { StoreError } from './errors.ts';
import { report } from './output/report.ts';
import { readQuickCommand, type StoredAnswer } from './quick-command.ts';
import { environmentWarnings } from './system/environment.ts';
import { outputFailure } from './system/output-failure.ts';
import { platformPaths } from './system/paths.ts';

/** The parts of the process that a quick answer needs. */
type Host = Pick<NodeJS.Process, 'env' | 'execArgv' | 'platform' | 'on' | 'removeListener' | 'stdout'>;

/** How the process is to end. */
export interface QuickAnswer {
  readonly exitCode: number;
  /** The signal to end by instead, as `SystemContext.endsBy` has it. */
  readonly signal?: NodeJS.Signals;
}

/** Texts that the build puts in, so that nothing has to be loaded to print them. */
declare const VERSION_TEXT: string;
declare const HELP_TEXT: string;

/**
 * Answers the command lines that scripts run most from what is stored, with a small part of the program.
 *
 * Gives how to end, or `undefined` when the whole program is needed: for any other command line, for a
 * refresh, for whatever went wrong. Nothing was written or changed then, so the whole program starts afresh. The
 * build leaves out of this part whatever the commands load late; asking for it ends the try as well.
 */
export async function quickAnswer(argv: readonly string[], process: Host): Promise<QuickAnswer | undefined> {
  const command = readQuickCommand(argv);
  if (command === undefined) return undefined;
  if (command.name === 'version') return write(VERSION_TEXT, argv);
  if (command.name === 'help') return fitsHelp(process) ? write(HELP_TEXT, argv) : undefined;
  const env = { ...process.env };
  if (asksForTraces(process, env)) return undefined;
  // As in `preventCrashArtefacts`: without a listener, Node would open a debugger.
  process.on('SIGUSR1', () => {});
  if (environmentWarnings(env).length > 0) return undefined;
  const answer: string[] = [];
  let isConversation = false;
  let child: StartedChild | undefined;
  const context: Context = {
    env,
    platform: process.platform,
    paths: platformPaths(env, process.platform),
    stdin: { async *[Symbol.asyncIterator]() {} },
    stdout: { write: (text) => answer.push(text) },
    stderr: {
      get isTTY() {
        return isatty(2);
      },
      write: () => {
        isConversation = true;
      },
    },
    clock: { now: () => new Date(), monotonic: () => performance.now(), sleep: needsTheWholeProgram },
    // Whoever asks for it is about to take a lock, and to write.
    get signal(): never {
      return needed();
    },
    canOpenBrowser: false,
    place: 'local',
    writeBytes: needsTheWholeProgram,
    uninterrupted: needsTheWholeProgram,
    async startChild(program) {
      // What is said goes before the child; once it runs, nothing can be handed over any more.
      if (isConversation) needed();
      child = await startChild(program, process);
      return child;
    },
    openHttp: needsTheWholeProgram,
    openBrowser: needsTheWholeProgram,
    openPrompts: needsTheWholeProgram,
    openKeychain: async () => openKeychain(env, process.platform),
  };
  try {
    const exitCode = await run(command, context);
    if (exitCode !== undefined) return { exitCode, ...(await isInterrupted(child)) };
  } catch {
    return undefined;
  }
  return isConversation ? undefined : write(answer.join(''), argv);
}

/** The text was made for 80 columns, as commander does without a terminal; asking one for its width takes 3 ms. */
function fitsHelp({ stdout }: Host): boolean {
  return !fstatSync(1).isCharacterDevice() || (stdout.columns || 80) === 80;
}

/**
 * Whether Node may write a report of a crash, which takes a third of a millisecond to switch off, or shows what is in
 * memory: the whole program looks closer.
 */
function asksForTraces({ execArgv }: Host, { NODE_OPTIONS }: Context['env']): boolean {
  return [...execArgv, NODE_OPTIONS].some((option) => /report|inspect|heapsnapshot|abort/.test(option ?? ''));
}

/** Gives the exit code of a command that was run; the others have answered. */
async function run(command: StoredAnswer, context: Context): Promise<number | undefined> {
  switch (command.name) {
    case 'status':
      await status(command.flags, context);
      return undefined;
    case 'whoami':
      await whoami(command.target, command.flags, context);
      return undefined;
    case 'token':
      await token(command.target, command.flags, context);
      return undefined;
    case 'exec':
      return runWithToken(command.target, command.command, command.flags, context);
  }
}

async function isInterrupted(child: StartedChild | undefined): Promise<Pick<QuickAnswer, 'signal'>> {
  return (await child?.signal) === 'SIGINT' ? { signal: 'SIGINT' } : {};
}

/** Milliseconds for the keyring of the session; one that takes longer is waited for by the whole program. */
const KEYRING_PATIENCE = 1_000;

/** Looks into a keyring that is open; on other systems a look may ask the person, which must not happen twice. */
async function openKeychain(env: Context['env'], platform: NodeJS.Platform): Promise<Keychain> {
  const socket = platform === 'linux' ? sessionBusSocket(env) : undefined;
  if (socket === undefined) return needsTheWholeProgram();
  const keyring = await openUnlockedKeyring(socket, KEYRING_PATIENCE);
  return {
    getPassword: (service, account) => keyring.read({ service, account }),
    setPassword: needsTheWholeProgram,
    deletePassword: needsTheWholeProgram,
  };
}

async function needsTheWholeProgram(): Promise<never> {
  return needed();
}

function needed(): never {
  throw new Error('the whole program is needed');
}

/** Writes at once and without a stream, which would cost as much as the rest; a full pipe is waited for. */
function write(text: string, argv: readonly string[]): QuickAnswer {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code !== 'EAGAIN') return { exitCode: endOfFailure(outputFailure(code), argv) };
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
  return { exitCode: 0 };
}

/** 141 is 128 + SIGPIPE: so git and others end when nobody reads their output. */
function endOfFailure(failure: StoreError | undefined, argv: readonly string[]): number {
  if (failure === undefined) return 141;
  try {
    return report(failure, argv, { write: (words) => writeSync(2, words) });
  } catch {
    return failure.exitCode;
  }
}
