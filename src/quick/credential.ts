import { fstatSync, readSync } from 'node:fs';
import { credential, helperOf } from '../commands/credential.ts';
import { credentialCommand } from '../commands/descriptions/credential.ts';
import { readCommandWords } from './command-words.ts';
import { openQuickKeychain } from './quick-keychain.ts';
import { answerFromStore, type QuickProcess } from './stored-answer.ts';
import type { QuickAnswer, UnansweredInput } from './write.ts';

/** Answers `credential` while the stored token is good; gives what it has read when the whole program is needed. */
export async function answerCredential(
  words: readonly string[],
  process: QuickProcess,
): Promise<QuickAnswer | UnansweredInput | undefined> {
  const read = readCommandWords(words, credentialCommand, Number.POSITIVE_INFINITY);
  const { target: kind = '', others, flags } = read ?? { others: [] };
  const helper = helperOf(kind);
  const isChange = [flags?.install, flags?.uninstall, flags?.print].includes(true);
  // A greeting could not be taken back.
  if (flags === undefined || isChange || helper === undefined || helper.greeting !== undefined) {
    return undefined;
  }
  const most = helper.reads(others);
  // A person at a terminal takes time, and may press Ctrl-C.
  if (most !== undefined && fstatSync(0).isCharacterDevice()) {
    return undefined;
  }
  const input = most === undefined ? undefined : readUpTo(most);
  const answer = await answerFromStore(process, { openKeychain: openQuickKeychain }, (context) =>
    credential(kind, others, flags, context, input ?? Buffer.alloc(0)),
  );
  return answer ?? (input === undefined ? undefined : { input });
}

/** Reads the standard input to its end without a stream; a message that is too long is longer than `most`. */
function readUpTo(most: number): Buffer {
  const buffer = Buffer.alloc(most + 1);
  let length = 0;
  while (length < buffer.length) {
    try {
      const read = readSync(0, buffer, length, buffer.length - length, null);
      if (read === 0) {
        break;
      }
      length += read;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) {
        break;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
  return buffer.subarray(0, length);
}
