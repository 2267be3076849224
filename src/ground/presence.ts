import { browserCommands } from './browser-command.ts';
import type { Context, Environment } from './context.ts';

type Needs = Pick<Context, 'env' | 'stdin' | 'stderr'>;

/** Tells whether a question can be asked and answered: a terminal on both sides, and no `CI`. */
export function isInteractive(context: Needs): boolean {
  return !isContinuousIntegration(context) && context.stdin.isTTY === true && context.stderr.isTTY === true;
}

/**
 * Tells whether somebody can be waited for, at a terminal or in a browser.
 *
 * A `BROWSER` that is set counts, also in CI: it is how a script plays the End-User.
 */
export function isPersonPresent(context: Needs): boolean {
  if (context.env.BROWSER) {
    return true;
  }
  if (isContinuousIntegration(context)) {
    return false;
  }
  return context.stdin.isTTY === true || context.stderr.isTTY === true;
}

/** Tells whether the program that reads our events has somebody to show them to; a job of a CI system has nobody. */
export function isPersonBehindProgram(context: Pick<Context, 'env'>): boolean {
  return !isContinuousIntegration(context);
}

/** Tells whether there is a graphical browser on this machine that the person can see. */
export function canOpenBrowser(env: Environment, platform: NodeJS.Platform): boolean {
  if (browserCommands(env, platform).length > 0) {
    return true;
  }
  const isRemote = Boolean(env.SSH_CONNECTION || env.SSH_TTY);
  if (platform === 'darwin' || platform === 'win32') {
    return !isRemote;
  }
  if (env.DISPLAY || env.WAYLAND_DISPLAY) {
    return true;
  }
  return Boolean(env.WSL_DISTRO_NAME || env.WSL_INTEROP) && !isRemote;
}

/** Tells whether this is a job of a CI system. */
export function isContinuousIntegration({ env }: Pick<Context, 'env'>): boolean {
  return env.CI !== undefined && env.CI !== '' && env.CI !== 'false' && env.CI !== '0';
}
