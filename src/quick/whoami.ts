import { whoamiCommand } from '../commands/descriptions/whoami.ts';
import { whoami } from '../commands/whoami.ts';
import { readCommandWords } from './command-words.ts';
import { answerFromStore, type QuickProcess } from './stored-answer.ts';
import type { QuickAnswer } from './write.ts';

/** Answers `whoami --offline`; gives `undefined` when the whole program is needed. */
export async function answerWhoami(
  words: readonly string[],
  process: QuickProcess,
): Promise<QuickAnswer | undefined> {
  const read = readCommandWords(words, whoamiCommand);
  if (read?.flags.offline !== true) {
    return undefined;
  }
  return answerFromStore(process, {}, (context) => whoami(read.target, read.flags, context));
}
