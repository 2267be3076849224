import { spawn } from 'node:child_process';

/** How a line ended, and what stood in the terminal then. */
export interface ShellOutcome {
  /** `null`: it was ended because it took too long. */
  readonly exitCode: number | null;
  /** Standard output and standard error, in the order in which they were written. */
  readonly terminal: string;
}

export interface ShellOptions {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  /** Is told everything written so far, whenever there is more. */
  readonly onOutput?: (terminal: string) => void;
}

/** Milliseconds after which a line and everything it started is ended. */
const DEADLINE = 180_000;

/** Runs a line as it would be typed, without anybody at the keyboard. */
export async function runInShell(command: string, options: ShellOptions): Promise<ShellOutcome> {
  const { directory, env, onOutput } = options;
  const child = spawn('sh', ['-c', `exec 2>&1; ${command}`], {
    cwd: directory,
    env,
    // A process group of its own, so that it can be ended as a whole.
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const watchdog = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), DEADLINE);
  let terminal = '';
  child.stdout.on('data', (chunk) => {
    terminal += chunk;
    onOutput?.(terminal);
  });
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return { exitCode, terminal };
  } finally {
    clearTimeout(watchdog);
  }
}
