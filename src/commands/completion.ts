import type { Context } from '../ground/context.ts';
import { UsageError } from '../ground/errors.ts';
import { storedOffers } from './completion/offers.ts';
import { completionReply } from './completion/reply.ts';
import { completionScript } from './completion/scripts.ts';
import { readShell, shells } from './completion/shells.ts';

/** Throws the `UsageError` for words that were typed after the shell. */
export function refuseWords(words: readonly string[]): never {
  const excess = words.map((word) => JSON.stringify(word)).join(' ');
  throw new UsageError('usage_invalid', `too many words for completion: ${excess}`, {
    hint: 'print the script of one shell at a time, for example: oauth-login completion bash',
  });
}

/**
 * `oauth-login completion`: prints the script of a shell or, where words are given, what may follow them. Throws a
 * `UsageError` for a shell that is not known.
 */
export async function completion(
  text: string,
  words: readonly string[],
  context: Pick<Context, 'paths' | 'stdout'>,
): Promise<void> {
  const shell = readShell(text);
  if (shell === undefined) {
    throw new UsageError('usage_invalid', `there is no completion for ${JSON.stringify(text)}`, {
      hint: `the shells are ${shells.join(', ')}; for example: oauth-login completion bash`,
    });
  }
  context.stdout.write(
    words.length === 0 ? completionScript(shell) : completionReply(shell, words, storedOffers(context.paths)),
  );
}
