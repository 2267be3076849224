import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { ProgramStartError } from '../ground/errors.ts';
import type { ChildProcess, ChildProgram } from '../ground/ports.ts';
import { safeText } from '../ground/safe-text.ts';
import { systemErrorCode, systemReason } from '../ground/system-words.ts';
import { type SignalEffects, watchSignalEffects } from './signal-effect.ts';

/** A child process, and how it ended. */
export interface StartedChild extends ChildProcess {
  /** The signal that it died of, if any. */
  readonly signal: Promise<NodeJS.Signals | undefined>;
}

/** The process whose signals are passed on to the child. */
export interface SignalReceiver {
  readonly platform: NodeJS.Platform;
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  removeListener(signal: NodeJS.Signals, listener: () => void): unknown;
}

const passedOn = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
const keySignals = new Set<string>(['SIGINT', 'SIGQUIT']);

/**
 * Starts a program and passes signals on to it until it ends; this process survives them meanwhile.
 *
 * What Ctrl-C sends reaches the child without us, because a terminal signals the whole process group in its
 * foreground: passing it on would make two of one, and a second Ctrl-C means something else to many programs. Only to
 * one that the terminal would have ended it is passed on: that it lives proves that it was sent to us alone, and if it
 * is dying, one more changes nothing.
 *
 * Throws a `ProgramStartError` when the program does not exist or cannot be executed.
 */
export async function startChild(
  { program, args, env }: ChildProgram,
  receiver: SignalReceiver,
): Promise<StartedChild> {
  const { platform } = receiver;
  let effects: SignalEffects | undefined;
  const listeners = passedOn.map((signal) => {
    const pass = () => {
      if (!keySignals.has(signal) || receiverOfKeys(platform) !== 'us' || effects?.isFatal(signal)) {
        child?.kill(signal);
      }
    };
    receiver.on(signal, pass);
    return { signal, pass };
  });
  const stopListening = () => {
    effects?.end();
    for (const { signal, pass } of listeners) {
      receiver.removeListener(signal, pass);
    }
  };
  let child: ReturnType<typeof spawn> | undefined;
  try {
    child = spawn(program, [...args], { env: { ...env }, stdio: 'inherit', shell: false });
    const ended = endOf(child).finally(stopListening);
    await startOf(child);
    // A child that runs as another user cannot be sent signals (EPERM); it is waited for.
    child.on('error', () => {});
    if (platform === 'linux' && receiverOfKeys(platform) !== 'nobody') {
      effects = watchSignalEffects(child.pid);
    }
    return {
      exitCode: ended.then(({ code, signal }) => code ?? 128 + constants.signals[signal]),
      signal: ended.then(({ signal }) => signal ?? undefined),
    };
  } catch (failure) {
    stopListening();
    throw startError(program, failure, platform);
  }
}

/** Resolves once it runs; rejects with the error of the system when it cannot be started. */
function startOf(child: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
}

type End =
  | { readonly code: number; readonly signal: null }
  | { readonly code: null; readonly signal: NodeJS.Signals };

function endOf(child: NodeJS.EventEmitter): Promise<End> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/**
 * The processes that get a signal from the keys of the terminal: this process and with it the child, other
 * processes, or none without a terminal.
 */
function receiverOfKeys(platform: NodeJS.Platform): 'us' | 'others' | 'nobody' {
  // A console of Windows signals every process that is attached to it.
  if (platform === 'win32') {
    return 'us';
  }
  try {
    if (platform === 'linux') {
      const status = readFileSync('/proc/self/stat', 'latin1');
      // proc_pid_stat(5): state, ppid, pgrp, session, tty_nr, tpgid come after the name in parentheses.
      const [, , group, , , foreground] = status.slice(status.lastIndexOf(')') + 2).split(' ');
      if (foreground === '-1') {
        return 'nobody';
      }
      return group === foreground ? 'us' : 'others';
    }
    // Only a process with a controlling terminal can open it.
    closeSync(openSync('/dev/tty', 'r'));
    return 'us';
  } catch {
    return 'nobody';
  }
}

function startError(program: string, failure: unknown, platform: NodeJS.Platform): ProgramStartError {
  const code = systemErrorCode(failure);
  const name = safeText(program);
  if (code === 'ENOENT') {
    return new ProgramStartError('program_not_found', `there is no program ${JSON.stringify(name)}`, {
      hint:
        platform === 'win32'
          ? 'check the name and PATH; a .cmd or .bat file is run with: -- cmd /c NAME'
          : 'check the name, PATH and the working directory; no shell reads the command, so an alias or a pipe needs: -- sh -c "…"',
    });
  }
  return new ProgramStartError(
    'program_not_executable',
    `the program ${JSON.stringify(name)} cannot be executed (${systemReason(code)})`,
    { hint: 'check that it is a file that you may execute' },
  );
}
