import { completion } from '../commands/completion.ts';
import { answerFromStore, type QuickProcess } from './stored-answer.ts';
import type { QuickAnswer } from './write.ts';

/** Answers `completion`; gives `undefined` when the whole program is needed. */
export async function answerCompletion(
  [shell = '', separator, ...words]: readonly string[],
  process: QuickProcess,
): Promise<QuickAnswer | undefined> {
  const isScript = separator === undefined;
  if (shell === '' || shell.startsWith('-') || !(isScript || (separator === '--' && words.length > 0))) {
    return undefined;
  }
  return answerFromStore(process, {}, (context) => completion(shell, words, context));
}
