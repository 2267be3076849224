import { CommanderError } from 'commander';
import type { Context } from './context.ts';
import { AbortedError, ExitCode, OAuthLoginError } from './errors.ts';
import { report } from './output/report.ts';
import { usageMistake } from './output/usage-mistake.ts';
import { createProgram, type Ending } from './program.ts';
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
  return usageMistake(cause, argv[1] ?? '');
}
