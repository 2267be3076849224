import { applyingAccount } from '../accounts/applying-account.ts';
import type { SubjectToken } from '../grants/subject-token.ts';
import { safeText } from '../ground/safe-text.ts';
import type { AccessSession } from './access-session.ts';
import { freshIdToken } from './fresh-id-token.ts';
import type { FreshIdToken } from './stored-id-token.ts';

/** Seconds an ID Token has to be good for, so that it does not end on its way. */
const MIN_VALIDITY = 60;
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';

/** The ID Token of the account that a target names. Throws what `applyingAccount` and `freshIdToken` throw. */
export async function idTokenOfAccount(target: string, access: AccessSession): Promise<FreshIdToken> {
  const { head } = await applyingAccount(target, {}, access);
  // It goes to the server that exchanges it. The release log notes the token that comes of it.
  const { command: _command, ...within } = access;
  return freshIdToken(head, { minValiditySeconds: MIN_VALIDITY, isJustListed: true }, within);
}

/**
 * The ID Token of an account as the subject of a token exchange (RFC 8693 §2.1). Throws as `idTokenOfAccount` does.
 *
 * @see [RFC 8693 §3](https://www.rfc-editor.org/rfc/rfc8693.html#section-3)
 */
export async function accountSubject(target: string, access: AccessSession): Promise<SubjectToken> {
  const { idToken, head } = await idTokenOfAccount(target, access);
  return { token: idToken, type: ID_TOKEN, sourceName: `the ID Token of ${safeText(head.label)}` };
}
