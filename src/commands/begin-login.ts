import type { Session } from '../accounts/session.ts';
import { begunDocument, begunText } from '../output/begun-sign-in-text.ts';
import { jsonText } from '../output/json.ts';
import { writeWords } from '../output/write-words.ts';
import { beginSignIn } from '../sign-in/begin-sign-in.ts';
import type { SignInPorts } from '../sign-in/ports.ts';
import type { AskedSignIn } from '../sign-in/stages.ts';

/** `oauth-login login --no-wait`: begins a sign-in, and says at once what to show to the person and how to go on. */
export async function beginLogin(asked: AskedSignIn, session: Session, ports: SignInPorts): Promise<void> {
  const { context } = session;
  const begun = await beginSignIn(asked, session, ports);
  if (asked.settings.json) {
    context.stdout.write(jsonText(begunDocument(begun)));
  } else {
    writeWords(context, begunText(begun));
  }
}
