import type { Context } from './context.ts';

/** Where a text that is read whole can come from. */
type Needs = Pick<Context, 'stdin' | 'stderr' | 'platform'>;

/**
 * Says at a terminal what standard input is read for: the cursor alone tells nobody that a command waits, or how what is typed
 * is ended. A pipe and a file are waited for in silence.
 */
export function tellWaiting(what: string, { stdin, stderr, platform }: Needs): void {
  if (stdin.isTTY !== true) {
    return;
  }
  const end = platform === 'win32' ? 'Ctrl-Z and Enter' : 'Ctrl-D';
  stderr.write(`oauth-login: type or paste ${what}, then press Enter and ${end} (Ctrl-C stops)\n`);
}
