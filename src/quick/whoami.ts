import { whoami } from '../commands/whoami.ts';
import { jsonFlag, readCommandWords } from './command-words.ts';
import { answerFromStore, type Host } from './stored-answer.ts';
import type { QuickAnswer } from './write.ts';

/** Answers `whoami --offline`; gives `undefined` when the whole program is needed. */
export async function quickAnswer(
  [, ...argv]: readonly string[],
  process: Host,
): Promise<QuickAnswer | undefined> {
  const words = readCommandWords(argv, ['--offline', '--json'], []);
  if (words?.flags.has('--offline') !== true) return undefined;
  return answerFromStore(process, {}, (context) =>
    whoami(words.target, { offline: true, ...jsonFlag(words) }, context),
  );
}
