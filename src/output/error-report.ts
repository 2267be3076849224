import type { Output } from '../ground/context.ts';
import { ExitCode, OAuthLoginError } from '../ground/errors.ts';
import { safeText } from '../ground/safe-text.ts';
import { systemErrorCode } from '../ground/system-words.ts';
import { errorEvent, errorJson, jsonText } from './json.ts';
import { problemText } from './text.ts';

/**
 * Tells the End-User of an error and gives its exit code. One that is not of the family is an internal error:
 * of that, nothing is told but its name, since its words and members could hold a secret.
 */
export function report(error: unknown, argv: readonly string[], stderr: Pick<Output, 'write'>): number {
  const words = ownWords(argv);
  const isEvent = words.includes('--events');
  const isJson = isEvent || words.includes('--json');
  const stack =
    words.includes('--debug') && error instanceof Error ? systemLine(error) + framesOf(error) : '';
  if (error instanceof OAuthLoginError) {
    stderr.write(
      isEvent ? errorEvent(error) : isJson ? errorJson(error) : `${problemText('error', error)}${stack}`,
    );
    return error.exitCode;
  }
  const name = error instanceof Error ? error.name : 'unknown';
  const hint = 'run it again with --debug and report what it shows';
  const message = `internal error (${name})`;
  const own = { code: 'internal', message, hint, exit_code: ExitCode.internal };
  stderr.write(isJson ? jsonText({ error: own }) : `${problemText('error', own)}${stack}`);
  return ExitCode.internal;
}

/** What the system calls the cause, for reports: `ENOSPC`. */
function systemLine(error: Error): string {
  const code = systemErrorCode(error.cause);
  return code === undefined ? '' : `oauth-login: debug: system error ${safeText(code, 80)}\n`;
}

/** Where it happened, without the message: an unexpected one could quote what a server sent. */
function framesOf(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return frames.map((line) => `${line}\n`).join('');
}

/**
 * The words of the command line that are meant for this program. After `--` stands another program, and `--json` of
 * `request` is a body, as in curl.
 */
function ownWords(argv: readonly string[]): readonly string[] {
  const words = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  return words[0] === 'request' ? words.filter((word) => word !== '--json') : words;
}
