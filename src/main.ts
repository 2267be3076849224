import { CommanderError } from 'commander';
import type { Ending } from './commands/token-commands.ts';
import type { Context } from './context.ts';
import { AbortedError, ExitCode, OAuthLoginError, UsageError } from './errors.ts';
import { report } from './output/report.ts';
import { createProgram } from './program.ts';
import { environmentWarnings } from './system/environment.ts';

export { report } from './output/report.ts';
export { systemContext } from './system/system-context.ts';

/** Runs one command line and gives its exit code; every error becomes two lines (or one document) and a code. */
export async function main(argv: readonly string[], context: Context): Promise<number> {
  for (const warning of environmentWarnings(context.env))
    context.stderr.write(`oauth-login: warning: ${warning}\n`);
  try {
    const ending: Ending = {};
    await createProgram(context, main, ending).parseAsync([...argv], { from: 'user' });
    return ending.exitCode ?? ExitCode.done;
  } catch (cause) {
    if (cause instanceof CommanderError && cause.exitCode === 0) return ExitCode.done;
    return report(familyOf(cause, argv, context), argv, context.stderr);
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
