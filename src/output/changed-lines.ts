import { safeText } from '../ground/safe-text.ts';

/** The lines that a change takes away and adds, with `-` and `+` before them: what both texts begin and end with is left out. */
export function changedLines(before: string, after: string): string {
  const [old, next] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < old.length && start < next.length && old[start] === next[start]) {
    start += 1;
  }
  let end = 0;
  while (end < old.length - start && end < next.length - start && old.at(-1 - end) === next.at(-1 - end)) {
    end += 1;
  }
  const shown = (sign: string, lines: readonly string[]) =>
    lines.slice(start, lines.length - end).map((line) => `    ${sign} ${shownLine(line)}\n`);
  return [...shown('-', old), ...shown('+', next)].join('');
}

function shownLine(line: string): string {
  const indent = /^[\t ]*/.exec(line)?.[0].replaceAll('\t', '    ') ?? '';
  return `${indent}${safeText(line, 400)}`;
}
