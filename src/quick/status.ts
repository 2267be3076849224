import { status } from '../commands/status.ts';
import { jsonFlag, readCommandWords } from './command-words.ts';
import { answerFromStore, type Host } from './stored-answer.ts';
import type { QuickAnswer } from './write.ts';

/** Answers `status`; gives `undefined` when the whole program is needed. */
export async function quickAnswer(
  [, ...argv]: readonly string[],
  process: Host,
): Promise<QuickAnswer | undefined> {
  const words = readCommandWords(argv, ['--json'], []);
  if (words === undefined || words.target !== undefined) return undefined;
  return answerFromStore(process, {}, (context) => status(jsonFlag(words), context));
}
