import { existsSync } from 'node:fs';
import { basename, win32 } from 'node:path';
import type { Environment } from './context.ts';

/** A program of `BROWSER`, and the arguments it gets for an address. */
export interface BrowserCommand {
  readonly program: string;
  readonly argumentsFor: (uri: string) => string[];
}

/** These browsers run in a terminal, and would take over this one. */
const textBrowsers = new Set(['www-browser', 'lynx', 'links', 'links2', 'elinks', 'w3m']);

/**
 * Reads `BROWSER` as xdg-open, git and Python do: programs separated like those of `PATH`, arguments by spaces, quotes
 * around what has spaces in it, `%s` for the address, which otherwise comes last, and a `&` at the end, which means
 * nothing here. No shell has a part in it.
 *
 * On Windows only absolute paths count: a bare name would be looked for in the working directory first.
 */
export function browserCommands(env: Environment, platform: NodeJS.Platform): readonly BrowserCommand[] {
  const separator = platform === 'win32' ? ';' : ':';
  return (env.BROWSER ?? '')
    .split(separator)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '' && (platform !== 'win32' || win32.isAbsolute(entry)))
    .map((entry) => readCommand(entry, platform))
    .filter(({ program }) => program !== '' && !textBrowsers.has(basename(program)));
}

function readCommand(entry: string, platform: NodeJS.Platform): BrowserCommand {
  // The path of an application on macOS may have spaces in it.
  const [program = '', ...args] = existsSync(entry) ? [entry] : wordsOf(entry.replace(/\s*&$/, ''), platform);
  return {
    program,
    argumentsFor: (uri) =>
      args.some((argument) => argument.includes('%s'))
        ? args.map((argument) => argument.replaceAll('%s', () => uri))
        : [...args, uri],
  };
}

/** Words as a POSIX shell splits them, without anything else that a shell does. On Windows a backslash is one of a path. */
function wordsOf(text: string, platform: NodeJS.Platform): string[] {
  const escaped = platform === 'win32' ? '' : '\\\\.|';
  const words = text.match(new RegExp(`(?:${escaped}"[^"]*"|'[^']*'|[^\\s])+`, 'g')) ?? [];
  return words.map((word) =>
    word.replace(new RegExp(`${escaped}"[^"]*"|'[^']*'`, 'g'), (part) =>
      part.startsWith('\\') ? part.slice(1) : part.slice(1, -1),
    ),
  );
}
