import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type BrowserCommand, browserCommands } from '../ground/browser-command.ts';
import type { Environment } from '../ground/context.ts';
import { childEnvironment } from '../ground/environment.ts';
import { ConfigurationError } from '../ground/errors.ts';
import type { BrowserLaunch } from '../ground/ports.ts';
import { canOpenBrowser } from '../ground/presence.ts';
import { safeText } from '../ground/safe-text.ts';

/** What the launch depends on. */
export interface BrowserEnvironment {
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
  /** Opens with the opener of this system, in place of `open`, which hands all variables of this process on. */
  readonly openIsolated?: (uri: string, env: Environment) => Promise<BrowserLaunch>;
}

/** The only addresses a program is started with: they hold nothing a server chose, and nothing a shell would change. */
const START_LINK = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost):\d+\/s\/[\w-]{22,}$/;

/**
 * Opens the start link of the loopback listener in the browser; resolves when the opener was started. `BROWSER`
 * comes first, on every platform and desktop: `xdg-open` ignores it on GNOME, KDE and others. Throws a
 * `ConfigurationError`, `config_no_browser`, when no browser can be started here.
 */
export async function openBrowser(uri: string, environment: BrowserEnvironment): Promise<BrowserLaunch> {
  if (!START_LINK.test(uri)) {
    throw new TypeError('only the start link of the listener may be opened');
  }
  const { env, platform } = environment;
  const commands = browserCommands(env, platform);
  if (commands.length > 0) {
    const launch = await launchFirst(commands, uri, childEnvironment(env));
    if (launch !== undefined) {
      return launch;
    }
    throw browserNotRun(commands);
  }
  if (!canOpenBrowser(env, platform)) {
    throw noBrowser();
  }

  try {
    if (environment.openIsolated !== undefined) {
      return await environment.openIsolated(uri, env);
    }
    const { default: open } = await import('open');
    const opener = await open(uri);
    opener.unref();
    return { exited: opener.exitCode === null ? exitOf(opener) : Promise.resolve(opener.exitCode) };
  } catch {
    throw noBrowser();
  }
}

/**
 * Starts the first command that can be started, and the next one when it fails later; `undefined` when none can be
 * started.
 */
async function launchFirst(
  commands: readonly BrowserCommand[],
  uri: string,
  env: NodeJS.ProcessEnv,
): Promise<BrowserLaunch | undefined> {
  const [command, ...others] = commands;
  if (command === undefined) {
    return undefined;
  }
  const child = spawn(command.program, command.argumentsFor(uri), {
    env,
    detached: true,
    stdio: 'ignore',
    shell: false,
    windowsHide: true,
  });
  child.unref();
  try {
    await once(child, 'spawn');
  } catch {
    return launchFirst(others, uri, env);
  }
  const next = async (code: number | null) => {
    if (code === 0 || others.length === 0) {
      return code;
    }
    const launch = await launchFirst(others, uri, env);
    return launch === undefined ? code : launch.exited;
  };
  return { exited: exitOf(child).then(next) };
}

function exitOf(child: NodeJS.EventEmitter): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', resolve));
}

function browserNotRun(commands: readonly BrowserCommand[]): ConfigurationError {
  const tried = commands.map(({ program }) => safeText(program)).join(', ');
  return new ConfigurationError('config_no_browser', `BROWSER names a program that cannot be run: ${tried}`, {
    hint: 'open the printed address yourself, or set BROWSER to the program that opens it',
  });
}

function noBrowser(): ConfigurationError {
  return new ConfigurationError('config_no_browser', 'no browser can be opened here', {
    hint: 'open the printed address yourself, or set BROWSER to the program that opens it',
  });
}
