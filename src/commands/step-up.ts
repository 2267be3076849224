import type { AccessSession } from '../access/access-session.ts';
import { insufficientScope } from '../access/insufficient-scope.ts';
import type { TokenSource } from '../access/token-source.ts';
import { isInteractive } from '../ground/presence.ts';
import { safeText } from '../ground/safe-text.ts';
import type { SignInFirstFlags } from './sign-in-first.ts';

/** Sign-ins for one request: a resource that always wants more scopes leads to no loop. */
const MOST_STEP_UPS = 2;

/**
 * Sends a request, and once more after a sign-in where a protected resource wants more scopes and the person at the
 * terminal agrees to ask for them.
 *
 * Throws an `AuthenticationRequiredError` that names the sign-in as a command where nobody is here, where the person does
 * not want it, and where it brought too little; and what the sign-in leads to.
 *
 * @see [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750.html#section-3.1)
 */
export async function withStepUp(
  source: TokenSource,
  flags: SignInFirstFlags,
  access: AccessSession,
  send: (source: TokenSource) => Promise<Response>,
): Promise<Response> {
  const { context } = access;
  let current = source;
  for (let stepUps = 0; ; stepUps += 1) {
    const response = await send(current);
    const wanted = await insufficientScope(current, response);
    if (wanted === undefined) {
      return response;
    }
    if (stepUps === MOST_STEP_UPS || !isInteractive(context)) {
      throw wanted.error;
    }
    const { head, missing, scopes } = wanted;
    const prompts = await context.openPrompts();
    const question = `${safeText(head.label)} wants more for this request: ${safeText(missing.join(' '), 400)}. Sign in again and ask for that?`;
    if (!(await prompts.confirm(question, false))) {
      throw wanted.error;
    }
    const { signInForScopes } = await import('./sign-in-first.ts');
    current = { kind: 'account', head: await signInForScopes(head, scopes, flags, access) };
  }
}
