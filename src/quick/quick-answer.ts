import type { Host } from './stored-answer.ts';
import type { QuickAnswer } from './write.ts';

/**
 * Answers the command lines that need no more than what is stored; gives `undefined`, without a trace, when the whole
 * program is needed. Each part is loaded when its command was typed.
 */
export async function quickAnswer(
  argv: readonly string[],
  process: Host & Pick<NodeJS.Process, 'stdout'>,
): Promise<QuickAnswer | undefined> {
  switch (argv[0]) {
    case 'token':
      return (await import('./token.ts')).quickAnswer(argv, process);
    case 'exec':
      return (await import('./exec.ts')).quickAnswer(argv, process);
    case 'status':
      return (await import('./status.ts')).quickAnswer(argv, process);
    case 'whoami':
      return (await import('./whoami.ts')).quickAnswer(argv, process);
    default:
      return (await import('./words.ts')).quickAnswer(argv, process);
  }
}
