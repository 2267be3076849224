import type { AccessSession } from '../access/access-session.ts';
import { insufficientAuthentication } from '../access/insufficient-authentication.ts';
import { insufficientScope } from '../access/insufficient-scope.ts';
import type { TokenSource } from '../access/token-source.ts';
import type { AccountHead } from '../accounts/account.ts';
import type { AuthenticationRequiredError } from '../ground/errors.ts';
import { isInteractive } from '../ground/presence.ts';
import { safeText } from '../ground/safe-text.ts';
import type { LoginFlags } from '../settings/login-flags.ts';
import type { SignInFirstFlags } from './sign-in-first.ts';

/** Sign-ins for one request: a resource that always wants more leads to no loop. */
const MOST_STEP_UPS = 2;

/** A sign-in that a resource wants for a request: the question, and what it asks for. */
interface WantedSignIn {
  readonly head: AccountHead;
  readonly question: string;
  readonly asked: Pick<LoginFlags, 'scope' | 'param'>;
  readonly error: AuthenticationRequiredError;
}

/**
 * Sends a request, and once more after a sign-in where a resource wants more scopes, or a stronger or more recent
 * authentication, and the person at the terminal agrees; with `--login`, who signs in is agreed.
 *
 * Throws an `AuthenticationRequiredError` that names the sign-in as a command where nobody is here, where the person does
 * not want it, and where it brought too little; and what the sign-in leads to.
 *
 * @see [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750.html#section-3.1)
 * @see [RFC 9470 §3](https://www.rfc-editor.org/rfc/rfc9470.html#section-3)
 */
export async function withStepUp(
  source: TokenSource,
  flags: SignInFirstFlags & { readonly login?: boolean },
  access: AccessSession,
  send: (source: TokenSource) => Promise<Response>,
): Promise<Response> {
  const { context } = access;
  let current = source;
  for (let stepUps = 0; ; stepUps += 1) {
    const response = await send(current);
    const wanted = await wantedSignIn(current, response);
    if (wanted === undefined) {
      return response;
    }
    if (stepUps === MOST_STEP_UPS || !isInteractive(context)) {
      throw wanted.error;
    }
    const isAgreed = flags.login === true && wanted.asked.param !== undefined;
    if (!isAgreed && !(await (await context.openPrompts()).confirm(wanted.question, false))) {
      throw wanted.error;
    }
    const { signInAgainFor } = await import('./sign-in-first.ts');
    current = { kind: 'account', head: await signInAgainFor(wanted.head, wanted.asked, flags, access) };
  }
}

async function wantedSignIn(source: TokenSource, response: Response): Promise<WantedSignIn | undefined> {
  const more = await insufficientScope(source, response);
  if (more !== undefined) {
    const { head, missing, scopes, error } = more;
    const question = `${safeText(head.label)} wants more for this request: ${safeText(missing.join(' '), 400)}. Sign in again and ask for that?`;
    return { head, question, asked: { scope: [scopes.join(' ')] }, error };
  }
  const stronger = await insufficientAuthentication(source, response);
  if (stronger === undefined) {
    return undefined;
  }
  const { head, parameters, error } = stronger;
  const question = `${safeText(head.label)} wants a stronger or more recent sign-in for this request (${safeText(parameters.join(', '), 400)}). Sign in again?`;
  return { head, question, asked: { param: parameters }, error };
}
