import { type CommandLine, openCommandLine } from './command-line.ts';

/** The command line of a job in a CI system: nobody is there, and no browser. */
export function openMachineLine(env: Record<string, string> = {}): CommandLine {
  return openCommandLine({ user: 'nobody' }, { BROWSER: '', CI: 'true', ...env });
}

/** The words that ask a server of this machine for a token, by a grant that needs no person; its target is `as`. */
export function tokenCommand(issuer: string, grant: string, ...more: string[]): string[] {
  return ['token', 'as', '--issuer', issuer, '--grant', grant, '--allow-http-loopback', ...more];
}
