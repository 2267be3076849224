import { existsSync } from 'node:fs';
import { basename, win32 } from 'node:path';
import type { Environment } from '../context.ts';

/** A program of `BROWSER`, and the arguments it gets for an address. */
export interface BrowserCommand {
  readonly program: string;
  readonly argumentsFor: (uri: string) => string[];
}

/** They need a terminal of their own and would take over this one. */
const TEXT_BROWSERS = new Set(['www-browser', 'lynx', 'links', 'links2', 'elinks', 'w3m']);

/**
 * Reads `BROWSER` as xdg-open and git do: programs separated like those of `PATH`, arguments by spaces, `%s` for the
 * address, which otherwise comes last. No shell has a part in it.
 *
 * On Windows only absolute paths count: a bare name would be looked for in the working directory first.
 */
export function browserCommands(env: Environment, platform: NodeJS.Platform): readonly BrowserCommand[] {
  const separator = platform === 'win32' ? ';' : ':';
  return (env.BROWSER ?? '')
    .split(separator)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '' && (platform !== 'win32' || win32.isAbsolute(entry)))
    .map(readCommand)
    .filter(({ program }) => !TEXT_BROWSERS.has(basename(program)));
}

function readCommand(entry: string): BrowserCommand {
  // A path like that of an application on macOS has spaces in it.
  const [program = entry, ...args] = existsSync(entry) ? [entry] : entry.split(/\s+/);
  return {
    program,
    argumentsFor: (uri) =>
      args.some((argument) => argument.includes('%s'))
        ? args.map((argument) => argument.replaceAll('%s', () => uri))
        : [...args, uri],
  };
}
