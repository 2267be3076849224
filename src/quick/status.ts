import { statusCommand } from '../commands/descriptions/status.ts';
import { status } from '../commands/status.ts';
import { readCommandWords } from './command-words.ts';
import { answerFromStore, type QuickProcess } from './stored-answer.ts';
import type { QuickAnswer } from './write.ts';

/** Answers `status`; gives `undefined` when the whole program is needed. */
export async function answerStatus(
  words: readonly string[],
  process: QuickProcess,
): Promise<QuickAnswer | undefined> {
  const read = readCommandWords(words, statusCommand);
  if (read === undefined) {
    return undefined;
  }
  return answerFromStore(process, {}, (context) => status(read.flags, context));
}
