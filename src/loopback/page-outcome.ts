import { AuthorizationServerError, OAuthLoginError } from '../ground/errors.ts';
import { isRefusal } from './authorization-error.ts';
import type { PageOutcome } from './authorization-response.ts';

/** Gives what the page says of an error: the same as the terminal, without any word of the server's. */
export function pageOutcomeOf(error: unknown, provider: string): PageOutcome {
  // At the token endpoint, where there is a status, the same error is about the client.
  if (error instanceof AuthorizationServerError && error.status === undefined && isRefusal(error.error)) {
    return { kind: 'refused', provider, next: error.hint };
  }
  if (error instanceof OAuthLoginError) {
    return {
      kind: 'failed',
      provider,
      code: error.code,
      what: error.ownMessage,
      next: error.hint,
    };
  }
  return {
    kind: 'failed',
    provider,
    code: 'internal',
    what: 'something went wrong inside this program, and nobody was signed in',
    next: 'look at the terminal, which says how to report it',
  };
}
