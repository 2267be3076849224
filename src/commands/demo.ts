import type { DemoOptions } from '../demo/walk-through.ts';
import type { Context } from '../ground/context.ts';

/**
 * `oauth-login demo`: shows sign-in, token and sign-out with a built-in OpenID provider. It does not touch the
 * user's files. Gives the exit code.
 */
export async function demo(
  run: (argv: readonly string[], context: Context) => Promise<number>,
  flags: DemoOptions,
  context: Context,
): Promise<number> {
  const { runDemo } = await import('../demo/walk-through.ts');
  return runDemo(context, run, flags);
}
