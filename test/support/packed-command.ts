import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentForNpm, stepLimit } from '../../scripts/npm.mjs';

/** How a command ended and what it said. */
export interface CommandResult {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Added to an environment that holds nothing but PATH, HOME and LANG. */
  readonly env?: Readonly<Record<string, string>>;
  /** What standard input holds; absent: it is closed. */
  readonly input?: string;
  /** Ends the command with SIGTERM when aborted. */
  readonly signal?: AbortSignal;
}

/** A command that runs now. */
export interface RunningCommand {
  readonly pid: number;
  /** The first match in what was written to stderr so far or is written later; rejects when the command ends without it. */
  waitForStderr(pattern: RegExp): Promise<RegExpMatchArray>;
  kill(signal: NodeJS.Signals): void;
  readonly result: Promise<CommandResult>;
}

/** The installed command in an empty HOME of its own. */
export interface PackedCommand {
  readonly home: string;
  run(args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  start(args: readonly string[], options?: CommandOptions): RunningCommand;
  close(): Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Packs the checkout as `npm publish` would; gives the path of the tarball in `folder`. */
export async function packCheckout(folder: string): Promise<string> {
  const report = await npm(
    'packing the checkout',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
    root,
  );
  const [packed] = JSON.parse(report) as { filename: string }[];
  if (packed === undefined) {
    throw new Error('npm pack named no tarball');
  }
  return join(folder, packed.filename);
}

const installFlags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];

/** Installs the tarball as `npm install --global` does where install scripts are forbidden; gives the folder of the command. */
export async function installTarball(tarball: string, prefix: string): Promise<string> {
  await npm(
    'installing the packed command',
    ['install', '--global', ...installFlags, '--prefix', prefix, tarball],
    tmpdir(),
  );
  return join(prefix, 'bin');
}

/** Installs it without optional packages, into a folder of its own: npm leaves none out of a global installation. */
export async function installTarballWithoutOptional(tarball: string, folder: string): Promise<string> {
  await npm(
    'installing it without optional packages',
    ['install', '--omit=optional', ...installFlags, '--prefix', folder, tarball],
    tmpdir(),
  );
  return join(folder, 'node_modules/.bin');
}

/** Gives the installed command an empty HOME; `binFolder` comes from `installTarball`. */
export async function openPackedCommand(binFolder: string): Promise<PackedCommand> {
  const home = await mkdtemp(join(tmpdir(), 'oauth-login-home-'));
  const start = (args: readonly string[], options: CommandOptions = {}): RunningCommand =>
    startProcess(join(binFolder, 'oauth-login'), args, {
      ...options,
      env: {
        PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
        HOME: home,
        LANG: 'C.UTF-8',
        ...options.env,
      },
      cwd: home,
    });
  return {
    home,
    start,
    run: (args, options) => start(args, options).result,
    close: () => rm(home, { recursive: true, force: true }),
  };
}

/** Says on stderr what npm does; it is stopped after OAUTH_LOGIN_SETUP_LIMIT seconds, ten minutes by default. */
async function npm(step: string, args: readonly string[], cwd: string): Promise<string> {
  process.stderr.write(`test: ${step} (npm ${args[0]})\n`);
  const limit = stepLimit(process.env);
  const running = startProcess('npm', args, { env: environmentForNpm(process.env), cwd });
  let stopped = false;
  const stop = setTimeout(() => {
    stopped = true;
    running.kill('SIGKILL');
  }, limit * 1_000);
  const { exitCode, stdout, stderr } = await running.result.finally(() => clearTimeout(stop));
  if (stopped) {
    throw new Error(
      `${step} (npm ${args[0]}) did not end within ${limit} s: see \`npm config get registry\`, or set OAUTH_LOGIN_SETUP_LIMIT=SECONDS\n${stderr}`,
    );
  }
  if (exitCode !== 0) {
    throw new Error(`${step} (npm ${args.join(' ')}) ended with ${exitCode}:\n${stderr}`);
  }
  return stdout;
}

function startProcess(
  file: string,
  args: readonly string[],
  options: Omit<CommandOptions, 'env'> & { readonly env: NodeJS.ProcessEnv; readonly cwd: string },
): RunningCommand {
  const child = spawn(file, args, {
    env: options.env,
    cwd: options.cwd,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(options.signal ? { signal: options.signal } : {}),
  });
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    for (const look of waiting) {
      look();
    }
  });
  child.stdin?.on('error', () => undefined).end(options.input);
  const result = new Promise<CommandResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
  });
  return {
    pid: child.pid ?? -1,
    result,
    kill: (signal) => {
      child.kill(signal);
    },
    waitForStderr: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = stderr.match(pattern);
          if (match) {
            waiting.delete(look);
            resolve(match);
          }
        };
        waiting.add(look);
        look();
        result.then(
          () => reject(new Error(`the command ended without ${pattern}; it said:\n${stderr}`)),
          reject,
        );
      }),
  };
}
