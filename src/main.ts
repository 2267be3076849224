import { type Command, CommanderError } from 'commander';
import { commandLineError } from './commands/command-line-error.ts';
import type { Context } from './context.ts';
import { AbortedError, ExitCode, OAuthLoginError } from './errors.ts';
import { report } from './output/report.ts';
import { createProgram, type Ending } from './program.ts';
import { environmentWarnings } from './system/environment.ts';

export { report } from './output/report.ts';
export { systemContext } from './system/system-context.ts';

/** Runs one command line and gives its exit code; every error becomes two lines (or one document) and a code. */
export async function main(argv: readonly string[], context: Context): Promise<number> {
  for (const warning of environmentWarnings(context.env))
    context.stderr.write(`oauth-login: warning: ${warning}\n`);
  const ending: Ending = {};
  const program = createProgram(context, main, ending);
  try {
    await program.parseAsync([...withLogin(argv, program)], { from: 'user' });
    return ending.exitCode ?? ExitCode.done;
  } catch (cause) {
    if (cause instanceof CommanderError && cause.exitCode === 0) return ExitCode.done;
    return report(familyOf(cause, argv, context, program), argv, context.stderr);
  }
}

function familyOf(cause: unknown, argv: readonly string[], context: Context, program: Command): unknown {
  if (context.signal.aborted && !(cause instanceof OAuthLoginError && cause.exitCode === ExitCode.store)) {
    return context.signal.reason instanceof OAuthLoginError ? context.signal.reason : new AbortedError();
  }
  return cause instanceof CommanderError ? commandLineError(cause, argv, program) : cause;
}

/** The help of a sign-in is that of `login`, where the word is left out and a target is given. */
function withLogin(argv: readonly string[], { commands }: Command): readonly string[] {
  const [first = '-', ...rest] = argv;
  const isCommand = first === 'help' || commands.some((command) => command.name() === first);
  const asksForHelp = rest.includes('--help') || rest.includes('-h');
  return asksForHelp && !isCommand && !first.startsWith('-') ? ['login', ...argv] : argv;
}
