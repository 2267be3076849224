import { fileURLToPath } from 'node:url';

/**
 * The path that a terminal types when a file is dropped on it: quoted, with backslashes before spaces, or as a `file:` URL.
 * `undefined` for a text that is no absolute path.
 */
export function droppedPath(typed: string): string | undefined {
  const text = typed.trim();
  // An encoded separator would be no part of a path.
  if (/^file:\/\/\/(?!.*%(?:2f|5c))/i.test(text) && URL.canParse(text)) {
    return fileURLToPath(text);
  }
  const quoted = /^(['"])(.*)\1$/s.exec(text)?.[2];
  const path = quoted ?? text.replaceAll(/\\([ '"()&[\]{};$!#*?<>|`\\])/g, '$1');
  return /^(?:\/|[a-z]:[\\/])/i.test(path) ? path : undefined;
}
