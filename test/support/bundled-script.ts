import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

/** A script that imports modules of `src/`, ready to be run by any Node. */
export interface BundledScript {
  readonly path: string;
  remove(): void;
}

/** How a process ended and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const root = resolve(import.meta.dirname, '../..');

/** Bundles the text of a script whose imports are relative to the root; packages stay outside, and imports stay late. */
export function bundleScript(text: string): BundledScript {
  // Inside the checkout, so that packages are found.
  mkdirSync(join(root, 'artifacts'), { recursive: true });
  const directory = mkdtempSync(join(root, 'artifacts', 'script-'));
  buildSync({
    stdin: { contents: text, resolveDir: root, loader: 'ts' },
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.18',
    packages: 'external',
    logLevel: 'silent',
  });
  return {
    path: join(directory, 'stdin.mjs'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Starts a bundled script with exactly these variables. */
export function startScript(script: BundledScript, env: NodeJS.ProcessEnv = {}, cwd = root): ChildProcess {
  return spawn(process.execPath, [script.path], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Waits for the end of a process. */
export async function endOf(child: ChildProcess): Promise<Ended> {
  const text = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => (text.stdout += chunk));
  child.stderr?.on('data', (chunk) => (text.stderr += chunk));
  const [code, signal] = await once(child, 'close');
  return { code, signal, ...text };
}
