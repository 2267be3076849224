import type { DemoOptions } from '../demo/walk-through.ts';
import type { Context } from '../ground/context.ts';

/** `oauth-login demo`: the whole job against an OpenID provider in this process; nothing of the user's is touched. Gives the exit code. */
export async function demo(
  run: (argv: readonly string[], context: Context) => Promise<number>,
  flags: DemoOptions,
  context: Context,
): Promise<number> {
  const { runDemo } = await import('../demo/walk-through.ts');
  return runDemo(context, run, flags);
}
