import type { Context } from '../ground/context.ts';
import { wrappedWords } from '../ground/wrapped-words.ts';

/** Widest line of running text; wider ones are hard to read, however wide the terminal is. */
const WIDEST = 88;

/** What a terminal of unknown width is taken to have. */
const USUAL = 80;

/** Breaks a paragraph between words for a terminal of that width (0 is one that does not tell it); `first` stands before the first line, spaces of its length before the others. */
export function wrappedText(paragraph: string, columns: number | undefined, first = ''): string {
  const width = Math.max(20, Math.min(columns === 0 ? USUAL : (columns ?? WIDEST), WIDEST)) - first.length;
  const rest = ' '.repeat(first.length);
  return wrappedWords(paragraph, width)
    .map((text, index) => `${index === 0 ? first : rest}${text}`)
    .join('\n');
}

/** Running text, broken between words where the width of the terminal is known; addresses and commands never are. */
export function prose(text: string, { stderr }: Pick<Context, 'stderr'>): string {
  return stderr.columns === undefined ? text : wrappedText(text, stderr.columns);
}
