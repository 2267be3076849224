import type { Context } from '../ground/context.ts';
import { isInteractive } from '../ground/presence.ts';

/** Runs a command line in a context; gives the exit code. */
type RunCommand = (argv: readonly string[], context: Context) => Promise<number>;

/**
 * `oauth-login` alone: in a terminal, a choice, and then what was chosen; its exit code. Where nobody can choose, the help
 * goes to standard error, and a `UsageError` is thrown.
 */
export async function bareCommand(run: RunCommand, context: Context): Promise<number> {
  if (isInteractive(context)) {
    const { chooseFirst } = await import('./first-choice.ts');
    return run(await chooseFirst(context), context);
  }
  await run(['--help'], { ...context, stdout: context.stderr });
  context.stderr.write('\n');
  throw await (await import('./login.ts')).noTarget(context);
}
