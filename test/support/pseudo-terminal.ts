import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

/** What a shell command wrote to its terminal, and how it ended. */
export interface TerminalRun {
  readonly code: number | null;
  /** As it came, with all control sequences. */
  readonly raw: string;
  /** Without control sequences; what was written over by a carriage return is left out. */
  readonly lines: readonly string[];
}

export interface TerminalRunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly columns: number;
  readonly rows: number;
  /** Each text is typed once its pattern has been seen in what came after the one before. */
  readonly types?: readonly (readonly [seen: RegExp, text: string])[];
  /** Nobody answers more than this; the command is ended then. */
  readonly limitSeconds?: number;
}

/** Runs a command line of `sh` in a pseudo-terminal of util-linux' `script`, and types what a person would. */
export function runInTerminal(command: string, options: TerminalRunOptions): Promise<TerminalRun> {
  const { cwd, env, columns, rows, types = [], limitSeconds = 120 } = options;
  const inside = `stty cols ${columns} rows ${rows}; ${command}`;
  const child = spawn('script', ['--quiet', '--return', '--flush', '--command', inside, '/dev/null'], {
    cwd,
    env: { ...env, SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const watchdog = setTimeout(() => child.kill('SIGTERM'), limitSeconds * 1_000);
  const waiting = [...types];
  let raw = '';
  let read = 0;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    raw += chunk;
    const [next] = waiting;
    if (next?.[0].test(stripVTControlCharacters(raw.slice(read)))) {
      waiting.shift();
      read = raw.length;
      child.stdin.write(next[1]);
    }
  });
  // A command that has ended reads nothing any more.
  child.stdin.on('error', () => {});
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(watchdog);
      resolve({ code, raw, lines: linesOf(raw) });
    });
  });
}

function linesOf(raw: string): string[] {
  return (
    raw
      .split(/\r*\n/)
      // A live line goes back to its first column, with a carriage return or CHA (ECMA-48 §8.3.9), and is erased.
      .map((line) =>
        stripVTControlCharacters(line.replace(/\x1b\[1?G/g, '\r')).replace(/^[\s\S]*\r(?=[^\r])/, ''),
      )
      .map((line) => line.trimEnd())
  );
}
