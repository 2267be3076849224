import type { AccessSession } from '../access/access-session.ts';
import type { ReleasingCommand } from '../access/release.ts';
import { openSession } from '../accounts/session.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { traceOf } from '../ground/http-options.ts';
import { accessNoteText } from '../output/access-note-text.ts';
import { tokenOriginQuestion } from '../output/sign-in-questions.ts';

/**
 * The session of a command that uses an access token. Notes go to standard error; that the token comes from a variable
 * is said to a terminal only, unless `saysSource` is set. `command` is named by those that hand tokens out.
 */
export function openAccess(
  { debug = false, saysSource = false }: { readonly debug?: boolean; readonly saysSource?: boolean },
  context: Context,
  command?: ReleasingCommand,
): AccessSession {
  const { stderr } = context;
  const trace = traceOf({ debug }, context);
  return {
    ...openSession(context),
    ...defined({ trace, command }),
    isTokenOriginOfProvider: tokenOriginQuestion(context),
    note(note) {
      if (note.kind !== 'supplied-token' || saysSource || stderr.isTTY) {
        stderr.write(accessNoteText(note));
      }
    },
  };
}
