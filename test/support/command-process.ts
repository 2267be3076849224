import { type ChildProcess, spawn } from 'node:child_process';
import { type BundledScript, bundleScript } from './bundled-script.ts';
import type { CommandLine } from './command-line.ts';
import { startOf } from './programs.ts';

/** The command as a program of its own, as `bin/` starts it; with `--binary`, the one file. */
export function bundleCommand(): BundledScript {
  const { OAUTH_LOGIN_TEST_BINARY: binary } = process.env;
  if (binary !== undefined) {
    return { path: binary, remove: () => undefined };
  }
  return bundleScript(`
    import { main, systemContext } from './src/main.ts';
    const context = systemContext(process);
    process.exitCode = await main(process.argv.slice(2), context);
    const taken = await context.flush();
    if (!taken && process.exitCode === 0) process.exitCode = 141;
    const signal = await context.endsBy(process.exitCode);
    if (signal !== undefined) process.removeAllListeners(signal).kill(process.pid, signal);
  `);
}

/** A process of the command, and what it said so far. */
export interface CommandProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Bytes of standard output so far. */
  received(): number;
  stdout(): string;
  stderr(): string;
  /** Resolves with the standard output once it matches; rejects when the process ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<{
    code: number | null;
    signal: NodeJS.Signals | null;
    stdout: string;
    stderr: string;
  }>;
}

/** Starts the command with exactly these variables; it is killed after three minutes at the latest. `drain` keeps no more than the beginning. */
export function startCommand(
  command: BundledScript,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  input?: string,
  options: { readonly drain?: boolean } = {},
): CommandProcess {
  const child = spawn(...startOf(command, args), {
    env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.end(input);
  const watchdog = setTimeout(() => child.kill('SIGKILL'), 180_000);
  const text = { stdout: '', stderr: '' };
  const lookers = new Set<() => void>();
  let received = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (!options.drain || text.stdout === '') {
      text.stdout += chunk.toString();
    }
    for (const look of lookers) {
      look();
    }
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text.stderr += chunk;
  });
  const ended = new Promise<Awaited<CommandProcess['ended']>>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(watchdog);
      resolve({ code, signal, ...text });
    });
  });
  return {
    child,
    pid: child.pid ?? -1,
    received: () => received,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    ended,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(text.stdout);
          if (match !== null) {
            resolve(match);
          }
        };
        lookers.add(look);
        look();
        ended.then(() => reject(new Error(`ended without ${pattern}: ${text.stdout}${text.stderr}`)), reject);
      }),
  };
}

/** The variables that lead a process to the accounts of a command line of this process. */
export function homeOf(line: CommandLine): NodeJS.ProcessEnv {
  return {
    OAUTH_LOGIN_STORE: 'file',
    OAUTH_LOGIN_CONFIG_DIR: line.context.paths.configDir,
    OAUTH_LOGIN_DATA_DIR: line.context.paths.dataDir,
  };
}
