import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { ChildProgram } from './child-process.ts';

/** A process that may be able to become another program. */
export interface ReplaceableProcess {
  readonly platform: NodeJS.Platform;
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  removeListener(signal: NodeJS.Signals, listener: () => void): unknown;
  /** Node has it since 22.15, except on Windows. */
  execve?(file: string, args: readonly string[], env: ChildProgram['env']): void;
}

const ENV = '/usr/bin/env';

/** Bytes that every Linux takes (ARG_MAX in limits.h is 131,072); macOS takes more. */
const LONGEST_ARGUMENTS = 100_000;
/** Bytes for the end of each string and for the pointer to it. */
const AROUND_STRING = 16;

/** Node ignores these, and what is ignored stays so in the next program: `yes | head` would end with an error. */
const IGNORED = ['SIGPIPE', 'SIGXFSZ'] as const;

/**
 * Becomes the program, as `exec` of a shell does, where Node can: it gets every signal itself, and nobody waits for it.
 *
 * Returns when that is not possible, or when there would be something to say; the program can be started as a child
 * then. Node aborts before version 26 when execve(2) fails, with all of its memory. So it becomes env(1), which is there
 * because it starts this tool as well, and leaves it to that to become a program that was found before. No stream of
 * Node may have been touched: what it reads without waiting, the program would read without waiting too.
 *
 * @see https://nodejs.org/api/process.html#processexecvefile-args-env
 */
export function replaceProcess({ program, args, env }: ChildProgram, process: ReplaceableProcess): void {
  if (process.execve === undefined || process.platform === 'win32') return;
  // env would take it for a variable.
  if (program.includes('=')) return;
  const words = ['env', '--', program, ...args];
  if (sizeOf([...words, ...Object.entries(env).flat()]) > LONGEST_ARGUMENTS) return;
  if (!isExecutable(ENV) || !isFound(program, env.PATH)) return;
  for (const signal of IGNORED) {
    const listener = () => {};
    process.on(signal, listener);
    // With the last listener goes what Node has set, and the system's own default comes back.
    process.removeListener(signal, listener);
  }
  process.execve(ENV, words, env);
}

function sizeOf(strings: readonly (string | undefined)[]): number {
  return Buffer.byteLength(strings.join('')) + AROUND_STRING * strings.length;
}

function isFound(program: string, path: string | undefined): boolean {
  if (program.includes('/')) return canRun(program);
  return path?.split(delimiter).some((directory) => canRun(join(directory, program))) ?? false;
}

/** Whether it can be executed, and by something that can be, if it is a script. */
function canRun(file: string): boolean {
  if (!isExecutable(file)) return false;
  const [, interpreter] = /^#![ \t]*([^ \t\n]+)/.exec(beginningOf(file)) ?? [];
  return interpreter === undefined || isExecutable(interpreter);
}

/** As much of it as Linux looks at; nothing of a program that may be executed and not read. */
function beginningOf(file: string): string {
  const buffer = Buffer.alloc(256);
  try {
    const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return buffer.toString('latin1', 0, readSync(fd, buffer));
    } finally {
      closeSync(fd);
    }
  } catch {
    return '';
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
