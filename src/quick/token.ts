import { tokenCommand } from '../commands/descriptions/token.ts';
import { token } from '../commands/token.ts';
import { readCommandWords } from './command-words.ts';
import { openQuickKeychain } from './quick-keychain.ts';
import { answerFromStore, type QuickProcess } from './stored-answer.ts';
import type { QuickAnswer } from './write.ts';

/** Answers `token` while the stored one is good; gives `undefined` when the whole program is needed. */
export async function answerToken(
  words: readonly string[],
  process: QuickProcess,
): Promise<QuickAnswer | undefined> {
  const read = readCommandWords(words, tokenCommand);
  if (read === undefined) {
    return undefined;
  }
  return answerFromStore(process, { openKeychain: openQuickKeychain }, async (context) => {
    if (read.flags.idToken) {
      const { printIdToken } = await import('../commands/print-id-token.ts');
      return printIdToken(read.target, read.flags, context);
    }
    return token(read.target, read.flags, context);
  });
}
