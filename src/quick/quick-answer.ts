import { descriptions } from '../commands/descriptions.ts';
import { readCommandWords } from './command-words.ts';
import { openQuickKeychain } from './quick-keychain.ts';
import { answerFromStore, type Host } from './stored-answer.ts';
import type { QuickAnswer } from './write.ts';

/**
 * Answers the command lines that need no more than what is stored; gives `undefined`, without a trace, when the whole
 * program is needed. What a command consists of is loaded when the command was typed.
 */
export async function quickAnswer(
  argv: readonly string[],
  process: Host & Pick<NodeJS.Process, 'stdout'>,
): Promise<QuickAnswer | undefined> {
  const [name = '', ...words] = argv;
  switch (name) {
    case 'token':
      return answerToken(words, process);
    case 'exec':
      return (await import('./exec.ts')).answerExec(words, process);
    case 'status':
      return answerStatus(words, process);
    case 'whoami':
      return answerWhoami(words, process);
    default:
      return (await import('./fixed-text.ts')).answerWithText(argv, process);
  }
}

async function answerToken(words: readonly string[], process: Host): Promise<QuickAnswer | undefined> {
  const read = readCommandWords(words, descriptions.token);
  if (read === undefined) return undefined;
  const { token } = await import('../commands/token.ts');
  return answerFromStore(process, { openKeychain: openQuickKeychain }, (context) =>
    token(read.target, read.flags, context),
  );
}

async function answerStatus(words: readonly string[], process: Host): Promise<QuickAnswer | undefined> {
  const read = readCommandWords(words, descriptions.status);
  if (read === undefined) return undefined;
  const { status } = await import('../commands/status.ts');
  return answerFromStore(process, {}, (context) => status(read.flags, context));
}

async function answerWhoami(words: readonly string[], process: Host): Promise<QuickAnswer | undefined> {
  const read = readCommandWords(words, descriptions.whoami);
  if (read?.flags.offline !== true) return undefined;
  const { whoami } = await import('../commands/whoami.ts');
  return answerFromStore(process, {}, (context) => whoami(read.target, read.flags, context));
}
