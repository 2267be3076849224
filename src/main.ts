import { CommanderError } from 'commander';
import type { Context } from './context.ts';
import { AbortedError, ExitCode, OAuthLoginError, UsageError } from './errors.ts';
import { errorEvent, errorJson, jsonText } from './output/json.ts';
import { problemText } from './output/text.ts';
import { createProgram } from './program.ts';
import { environmentWarnings } from './system/environment.ts';

export { systemContext } from './system/system-context.ts';

/** Runs one command line and gives its exit code; every error becomes two lines (or one document) and a code. */
export async function main(argv: readonly string[], context: Context): Promise<number> {
  for (const warning of environmentWarnings(context.env))
    context.stderr.write(`oauth-login: warning: ${warning}\n`);
  try {
    await createProgram(context, main).parseAsync([...argv], { from: 'user' });
    return ExitCode.done;
  } catch (cause) {
    if (cause instanceof CommanderError && cause.exitCode === 0) return ExitCode.done;
    return report(familyOf(cause, argv, context), argv, context);
  }
}

function familyOf(cause: unknown, argv: readonly string[], context: Context): unknown {
  if (context.signal.aborted && !(cause instanceof OAuthLoginError && cause.exitCode === ExitCode.store)) {
    return context.signal.reason instanceof OAuthLoginError ? context.signal.reason : new AbortedError();
  }
  if (!(cause instanceof CommanderError)) return cause;
  const message =
    cause.code === 'commander.help'
      ? `there is no command ${JSON.stringify(argv[1] ?? '')}`
      : cause.message.replace(/^error: /, '').replace(/\n/g, ' ');
  return new UsageError('usage_invalid', message.charAt(0).toLowerCase() + message.slice(1), {
    hint: message.includes("'--client-secret'")
      ? 'a secret on the command line can be read by others: name a file with --client-secret-file PATH, - for standard input'
      : 'oauth-login --help shows the commands, oauth-login help COMMAND its options',
  });
}

/**
 * Tells the End-User of an error and gives its exit code. One that is not of the family is a mistake of our own:
 * of that, nothing is told but its name, since its words and members could hold a secret.
 */
export function report(error: unknown, argv: readonly string[], context: Pick<Context, 'stderr'>): number {
  const isJson = argv.includes('--json');
  const isEvent = isJson && argv.includes('--events');
  const stack = argv.includes('--debug') && error instanceof Error ? framesOf(error) : '';
  if (error instanceof OAuthLoginError) {
    context.stderr.write(
      isEvent ? errorEvent(error) : isJson ? errorJson(error) : `${problemText('error', error)}${stack}`,
    );
    return error.exitCode;
  }
  const name = error instanceof Error ? error.name : 'unknown';
  const hint = 'run it again with --debug and report what it shows';
  const message = `a mistake of our own (${name})`;
  const own = { code: 'internal', message, hint, exit_code: ExitCode.internal };
  context.stderr.write(isJson ? jsonText({ error: own }) : `${problemText('error', own)}${stack}`);
  return ExitCode.internal;
}

/** Where it happened, without the message: an unexpected one could quote what a server sent. */
function framesOf(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return frames.map((line) => `${line}\n`).join('');
}
