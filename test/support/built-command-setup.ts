import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The `bin/oauth-login.js` of a copy of the checkout that was built for this run; with `--binary`, the one file. */
    readonly builtCommand: string;
  }
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the project's own build once, on a copy: somebody may be building the checkout itself at this moment. */
export function setup(project: TestProject): () => void {
  const { OAUTH_LOGIN_TEST_BINARY: binary } = process.env;
  if (binary !== undefined) {
    project.provide('builtCommand', binary);
    return () => undefined;
  }
  const directory = mkdtempSync(join(tmpdir(), 'oauth-login-built-'));
  for (const part of ['bin', 'providers', 'scripts', 'src', 'package.json']) {
    cpSync(join(ROOT, part), join(directory, part), { recursive: true });
  }
  mkdirSync(join(directory, 'dist'));
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  execFileSync(process.execPath, [join(directory, 'scripts/build.mjs')], { stdio: 'inherit' });
  project.provide('builtCommand', join(directory, 'bin/oauth-login.js'));
  return () => rmSync(directory, { recursive: true, force: true });
}
