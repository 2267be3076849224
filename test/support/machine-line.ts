import { expect } from 'vitest';
import { type CommandLine, type Outcome, openCommandLine } from './command-line.ts';

/** The command line of a job in a CI system: nobody is there, and no browser. */
export function openMachineLine(env: Record<string, string> = {}): CommandLine {
  return openCommandLine({ user: 'nobody' }, { BROWSER: '', CI: 'true', ...env });
}

/** The words that ask a server of this machine for a token, by a grant that needs no person; its target is `as`. */
export function tokenCommand(issuer: string, grant: string, ...more: string[]): string[] {
  return ['token', 'as', '--issuer', issuer, '--grant', grant, '--allow-http-loopback', ...more];
}

/** The token that a command line has printed, and nothing else: two commands that failed do not look alike. */
export function printedToken({ exitCode, stdout }: Outcome): string {
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^[\w.-]+\n$/)]);
  return stdout.trim();
}
