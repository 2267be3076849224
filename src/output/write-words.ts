import type { Context } from '../ground/context.ts';
import { terminalLookOf } from '../ground/terminal-look.ts';
import { terminalWords, type WordsKind } from '../ground/terminal-words.ts';

/** Writes an answer that consists of words to the standard output, as a terminal shows them best; never a document or a token. */
export function writeWords(context: Context, text: string, kind: WordsKind = 'words'): void {
  context.stdout.write(terminalWords(text, terminalLookOf(context.stdout, context), kind));
}
