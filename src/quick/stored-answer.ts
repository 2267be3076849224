import { fstatSync } from 'node:fs';
import type { Context } from '../ground/context.ts';
import { environmentWarnings } from '../ground/environment.ts';
import { ExitCode } from '../ground/errors.ts';
import { platformPaths } from '../host/paths.ts';
import { workingDirectory } from '../host/working-directory.ts';
import { stepBack, stepBackLater } from './step-back.ts';
import { type QuickAnswer, write } from './write.ts';

/** The parts of the process that a quick answer needs. */
export type QuickProcess = Pick<
  NodeJS.Process,
  'env' | 'execArgv' | 'platform' | 'stdout' | 'on' | 'removeListener'
>;

/** What some of the commands need of the world besides the files. */
interface Parts {
  openKeychain?(env: Context['env'], platform: NodeJS.Platform): ReturnType<Context['openKeychain']>;
  readonly startChild?: Context['startChild'];
}

/**
 * Answers the command lines that scripts run most from what is stored, with a small part of the program.
 *
 * Gives how to end, or `undefined` when the whole program is needed: for a refresh, for whatever went wrong. Nothing
 * was written or changed then, so the whole program starts afresh. What the commands load late is not in the small part,
 * and asking for it ends the try as well.
 */
export async function answerFromStore(
  process: QuickProcess,
  parts: Parts,
  run: (context: Context) => Promise<unknown>,
): Promise<QuickAnswer | undefined> {
  const env = { ...process.env };
  if (asksForTraces(process, env)) {
    return undefined;
  }
  // As in `preventCrashArtefacts`: without a listener, Node would open a debugger.
  process.on('SIGUSR1', () => {});
  if (environmentWarnings(env).length > 0) {
    return undefined;
  }
  const { platform } = process;
  const answer: string[] = [];
  let isConversation = false;
  let isChildRun = false;
  const context: Context = {
    env,
    platform,
    paths: platformPaths(env, platform),
    workingDirectory,
    stdin: {
      async *[Symbol.asyncIterator]() {},
    },
    stdout: {
      write: (text) => answer.push(text),
      // The stream of a terminal costs 3 ms, and is asked for where words are written to one.
      get isTTY() {
        return fstatSync(1).isCharacterDevice() && process.stdout.isTTY;
      },
      get columns() {
        return process.stdout.columns;
      },
    },
    stderr: {
      // Asked for by what is about to speak to a person.
      get isTTY() {
        return stepBack();
      },
      write: () => {
        isConversation = true;
      },
    },
    clock: { now: () => new Date(), monotonic: () => performance.now(), sleep: stepBackLater },
    // What asks for it is about to take a lock, and to write.
    get signal(): never {
      return stepBack();
    },
    canOpenBrowser: false,
    surroundings: 'local',
    writeBytes: stepBackLater,
    uninterrupted: stepBackLater,
    async startChild(program) {
      // What is said goes before the child.
      if (isConversation || parts.startChild === undefined) {
        stepBack();
      }
      const child = await parts.startChild(program);
      isChildRun = true;
      return child;
    },
    openHttp: stepBackLater,
    resolveTxt: stepBackLater,
    openBrowser: stepBackLater,
    openPrompts: stepBackLater,
    openKeychain: async () => parts.openKeychain?.(env, platform) ?? stepBackLater(),
  };
  try {
    const exitCode = await run(context);
    if (isChildRun && typeof exitCode === 'number') {
      return { exitCode };
    }
    if (isConversation) {
      return undefined;
    }
    const written = write(answer.join(''));
    return typeof exitCode === 'number' && written.exitCode === 0 ? { exitCode } : written;
  } catch {
    // The whole program would run it a second time.
    return isChildRun ? { exitCode: ExitCode.internal } : undefined;
  }
}

/**
 * Whether Node may write a report of a crash, which takes a third of a millisecond to switch off, or shows what is in
 * memory: the whole program looks closer.
 */
function asksForTraces({ execArgv }: QuickProcess, { NODE_OPTIONS }: Context['env']): boolean {
  return [...execArgv, NODE_OPTIONS].some((option) => /report|inspect|heapsnapshot|abort/.test(option ?? ''));
}
