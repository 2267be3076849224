import { type SpawnOptions, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A program of `test/support/programs`, made ready for real processes. */
export interface Program {
  readonly path: string;
  remove(): void;
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

/** A process that runs. */
export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Resolves once the standard output has the text. */
  printed(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

/** Bundles `test/support/programs/NAME.ts` into a temporary directory that every user can read. */
export async function buildProgram(name: string): Promise<Program> {
  const directory = mkdtempSync(join(tmpdir(), 'program-'));
  chmodSync(directory, 0o755);
  const path = join(directory, `${name}.mjs`);
  await build({
    entryPoints: [join(ROOT, 'test/support/programs', `${name}.ts`)],
    outfile: path,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.18',
    packages: 'external',
    logLevel: 'warning',
  });
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  return { path, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** What starts the program: Node and a script, or the one executable file that the run is about (`--binary`). */
export function commandOf({ path }: Pick<Program, 'path'>): readonly [string, ...string[]] {
  return /\.[cm]?js$/.test(path) ? [process.execPath, path] : [path];
}

/** The same with its arguments, as `spawn` takes them. */
export function startOf(
  program: Pick<Program, 'path'>,
  args: readonly string[],
): readonly [string, readonly string[]] {
  const [file, ...first] = commandOf(program);
  return [file, [...first, ...args]];
}

/** The same words as a shell reads them. */
export function shellWords(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(' ');
}

/** Starts the program in a process of its own; it is killed after three minutes at the latest. */
export function start(program: Program, args: readonly string[], options: SpawnOptions = {}): Running {
  const began = performance.now();
  const child = spawn(...startOf(program, args), {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  const watchdog = setTimeout(() => child.kill('SIGKILL'), 180_000);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(watchdog);
      resolve({ code, signal, stdout, stderr, milliseconds: performance.now() - began });
    });
  });
  if (child.pid === undefined) {
    throw new Error('the process did not start');
  }
  return {
    pid: child.pid,
    ended,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (stdout.includes(text)) {
            resolve();
          }
        };
        child.stdout?.on('data', look);
        child.once('close', () => reject(new Error(`ended before it printed ${text}: ${stdout}${stderr}`)));
        look();
      }),
    kill: (signal) => {
      child.kill(signal);
    },
  };
}

/** Runs the program to its end. */
export function run(program: Program, args: readonly string[], options?: SpawnOptions): Promise<Ended> {
  return start(program, args, options).ended;
}

/** A temporary directory of the test's own, mode 0700. */
export function temporaryDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'oauth-login-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
