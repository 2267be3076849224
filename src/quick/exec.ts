import type { StartedChild } from '../adapters/child-process.ts';
import { execCommand } from '../commands/descriptions/exec.ts';
import { runWithToken } from '../commands/exec.ts';
import type { ChildProgram } from '../ground/ports.ts';
import { readCommandWords } from './command-words.ts';
import { openQuickKeychain } from './quick-keychain.ts';
import { answerFromStore, type QuickProcess } from './stored-answer.ts';
import type { QuickAnswer } from './write.ts';

/** Runs the command of `exec` while the stored token is good; gives `undefined` when the whole program is needed. */
export async function answerExec(
  argv: readonly string[],
  process: QuickProcess,
): Promise<QuickAnswer | undefined> {
  const separator = argv.indexOf('--');
  const command = argv.slice(separator + 1);
  const words = readCommandWords(argv.slice(0, separator), execCommand);
  if (separator === -1 || words?.target === undefined || command.length === 0) {
    return undefined;
  }
  const { target, flags } = words;
  let child: StartedChild | undefined;
  const parts = {
    openKeychain: openQuickKeychain,
    async startChild(program: ChildProgram) {
      const { startChild } = await import('../adapters/child-process.ts');
      child = await startChild(program, process);
      return child;
    },
  };
  const answer = await answerFromStore(process, parts, (context) =>
    runWithToken(target, command, flags, context),
  );
  return answer !== undefined && (await child?.signal) === 'SIGINT'
    ? { ...answer, signal: 'SIGINT' }
    : answer;
}
