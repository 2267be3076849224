import { token } from '../commands/token.ts';
import { flagValue, jsonFlag, readCommandWords } from './command-words.ts';
import { openQuickKeychain } from './quick-keychain.ts';
import { answerFromStore, type Host } from './stored-answer.ts';
import type { QuickAnswer } from './write.ts';

const VALUED = ['--format', '--as', '--min-validity', '--account'];

/** Answers `token` while the stored one is good; gives `undefined` when the whole program is needed. */
export async function quickAnswer(
  [, ...argv]: readonly string[],
  process: Host,
): Promise<QuickAnswer | undefined> {
  const words = readCommandWords(argv, ['--json'], VALUED);
  if (words === undefined || (words.flags.has('--json') && words.flags.has('--format'))) return undefined;
  const flags = {
    ...jsonFlag(words),
    ...flagValue(words, '--format', 'format'),
    ...flagValue(words, '--as', 'as'),
    ...flagValue(words, '--min-validity', 'minValidity'),
    ...flagValue(words, '--account', 'account'),
  };
  return answerFromStore(process, { openKeychain: openQuickKeychain }, (context) =>
    token(words.target, flags, context),
  );
}
