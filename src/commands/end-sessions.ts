import type { AccountInBrowser } from '../access/sessions-to-end.ts';
import { endSession } from '../grants/end-session.ts';
import type { Context } from '../ground/context.ts';
import { AuthenticationRequiredError, OAuthLoginError } from '../ground/errors.ts';
import { isPersonPresent } from '../ground/presence.ts';
import { safeText } from '../ground/safe-text.ts';
import type { EndedInBrowser } from '../output/logout-text.ts';
import { writeWords } from '../output/write-words.ts';

/** Ends the sessions of the accounts in the browser, one after the other, and says what happened to each. */
export async function endSessions(
  accounts: readonly AccountInBrowser[],
  { json = false }: { readonly json?: boolean },
  context: Context,
): Promise<readonly EndedInBrowser[]> {
  const ended: EndedInBrowser[] = [];
  for (const one of accounts) {
    const outcome = await endOne(one, context);
    ended.push(outcome);
    const label = safeText(one.head.label);
    const text = {
      done: `Signed out of ${label} in the browser too.\n`,
      sent: `The browser was sent to ${label} to sign out; whether it did is not known here.\n`,
      'not-offered': `${label} offers no way to sign out in the browser.\n`,
      failed: '',
    }[outcome.browser];
    if (!json && text !== '') {
      writeWords(context, text, outcome.browser === 'done' ? 'done' : 'words');
    }
  }
  return ended;
}

async function endOne({ head, session }: AccountInBrowser, context: Context): Promise<EndedInBrowser> {
  const whose = { account: head.id, provider: head.provider };
  if (session === undefined) {
    return { ...whose, browser: 'not-offered' };
  }
  const label = safeText(head.label);
  try {
    if (!isPersonPresent(context)) {
      throw new AuthenticationRequiredError(
        'person_required',
        `nobody is here to sign out of ${label} in the browser`,
        { hint: 'here the account is signed out; sign out in the browser yourself' },
      );
    }
    const tell = (link: string) =>
      void context.stderr.write(`To sign out of ${label} in the browser too, open this link:\n\n${link}\n\n`);
    const outcome = await endSession(session, tell, context);
    return { ...whose, browser: outcome === 'confirmed' ? 'done' : 'sent' };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof OAuthLoginError)) {
      throw error;
    }
    return { ...whose, browser: 'failed', error };
  }
}
