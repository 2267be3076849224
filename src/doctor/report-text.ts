import { posix, win32 } from 'node:path';
import type { Environment } from '../ground/context.ts';
import { safeText } from '../ground/safe-text.ts';

/** Longer than any text of this tool. */
const LONGEST = 4_000;

/** Who runs the program, as far as a text may give it away. */
export interface Reporter {
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
}

/**
 * Gives a text as it may stand in a public report: one harmless line, with `~` for the home directory and `$USER` for a
 * directory that is named after the person. A command in it can still be copied: both are taken out of quotes.
 */
export function reportText(text: string, { env, platform }: Reporter): string {
  const isWindows = platform === 'win32';
  const { sep } = isWindows ? win32 : posix;
  const home = (isWindows ? env.USERPROFILE : env.HOME)?.replace(/[\\/]+$/, '') ?? '';
  const line = safeText(text, LONGEST);
  // A home that is the root, or one directory below it such as `/root`, is nobody's name; `/` alone would be everywhere.
  const withoutHome =
    home.length < 2
      ? line
      : replacedPath(line, home, sep, (isQuoted, rest) =>
          isQuoted && rest !== '' ? `~${sep}'` : isQuoted ? "~'" : `~${rest}`,
        );
  const user = env.USER ?? env.LOGNAME ?? env.USERNAME ?? '';
  const segment = new RegExp(`(?<=[\\\\/])${escaped(user)}(?=[\\\\/'"\\s,;:)]|$)`, 'g');
  return user.length < 2 || isWindows || user === 'root'
    ? withoutHome
    : withoutHome.replace(segment, '$$USER');
}

/** Replaces a directory where it stands as one, at the beginning of a path; a quote before it ends behind it. */
function replacedPath(
  text: string,
  directory: string,
  sep: string,
  replacement: (isQuoted: boolean, rest: string) => string,
): string {
  const path = new RegExp(`('?)(?<![\\w.~-])${escaped(directory)}(${escaped(sep)}|(?=['"\\s,;:)]|$))`, 'g');
  return text.replace(path, (_, quote: string, rest: string) => replacement(quote !== '', rest));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
