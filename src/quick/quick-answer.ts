import type { QuickProcess } from './stored-answer.ts';
import type { QuickAnswer, UnansweredInput } from './write.ts';

/**
 * Answers the command lines that need no more than what is stored; gives `undefined`, without a trace, when the whole
 * program is needed. What was read from the standard input by then is handed to that. What a command consists of is loaded when the command was typed.
 */
export async function quickAnswer(
  argv: readonly string[],
  process: QuickProcess,
): Promise<QuickAnswer | UnansweredInput | undefined> {
  const [name, ...words] = argv;
  switch (name) {
    case 'token':
      return (await import('./token.ts')).answerToken(words, process);
    case 'exec':
      return (await import('./exec.ts')).answerExec(words, process);
    case 'credential':
      return (await import('./credential.ts')).answerCredential(words, process);
    case 'completion':
      return (await import('./completion.ts')).answerCompletion(words, process);
    case 'status':
      return (await import('./status.ts')).answerStatus(words, process);
    case 'whoami':
      return (await import('./whoami.ts')).answerWhoami(words, process);
    default:
      return (await import('./fixed-text.ts')).answerWithText(argv, process);
  }
}
