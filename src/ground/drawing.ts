import type { Context } from './context.ts';

/**
 * Tells whether a terminal shows box characters and blocks: the locale of POSIX (XBD §8.2) is one of UTF-8, and the
 * terminal is no dumb one. Windows and macOS have no such locale unless somebody sets it, and show them.
 */
export function canDraw({ env, platform }: Pick<Context, 'env' | 'platform'>): boolean {
  if (env.TERM === 'dumb') {
    return false;
  }
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  if (locale) {
    return /utf-?8/i.test(locale) || platform === 'win32';
  }
  return platform === 'win32' || platform === 'darwin';
}
