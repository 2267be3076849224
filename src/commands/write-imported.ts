import type { AccountHead } from '../accounts/account.ts';
import type { Context } from '../ground/context.ts';
import { accountDocument, jsonText } from '../output/json.ts';
import { importedText } from '../output/moving-text.ts';
import { writeWords } from '../output/write-words.ts';

/** Says which account `import` has taken in, and which name of it was left out. */
export function writeImported(
  { head, lostAlias }: { readonly head: AccountHead; readonly lostAlias?: string },
  { json }: { readonly json?: boolean },
  context: Context,
): void {
  if (json) {
    const left = lostAlias === undefined ? {} : { name_left_out: lostAlias };
    context.stdout.write(jsonText({ ...accountDocument(head, context.clock.now()), ...left }));
  } else {
    writeWords(context, importedText(head, lostAlias), 'done');
  }
}
