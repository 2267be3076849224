import type { AuthorizationServerError, ProtocolError } from '../ground/errors.ts';
import type { AuthorizationResponse } from './authorization-response.ts';
import { judgeCallback } from './callback.ts';
import type { CallbackExpectation } from './callback-expectation.ts';

/** What a pasted text is worth; only `accepted` and `failed` end the wait. */
export type PastedVerdict =
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: AuthorizationServerError | ProtocolError }
  | { readonly kind: 'accepted'; readonly response: AuthorizationResponse };

/** Longest address that is looked at, in characters. */
const MAXIMUM_LENGTH = 16_384;

/**
 * Judges an address that a person copied from a browser that could not reach the redirect URI: the same checks
 * in the same order as for a request to the listener. A code without its address is never taken.
 */
export function judgePastedResponse(
  text: string,
  redirectUri: string,
  expected: CallbackExpectation,
): PastedVerdict {
  const pasted = text.trim();
  if (pasted === '') {
    return { kind: 'refused', reason: 'nothing was pasted' };
  }
  if (pasted.length > MAXIMUM_LENGTH) {
    return {
      kind: 'refused',
      reason: `that is longer than ${MAXIMUM_LENGTH} characters; copy the address only`,
    };
  }
  const url = URL.canParse(pasted) ? new URL(pasted) : undefined;
  if (url === undefined || !/^https?:\/\//i.test(pasted)) {
    return {
      kind: 'refused',
      reason: 'that is not a whole address; copy all of the address bar, from http on',
    };
  }
  const wanted = new URL(redirectUri);
  if (url.origin !== wanted.origin || url.pathname !== wanted.pathname || url.username !== '') {
    return {
      kind: 'refused',
      reason: `that address does not begin with ${redirectUri}; copy the one the browser ended on`,
    };
  }
  const mark = pasted.indexOf('?');
  const query = mark === -1 ? '' : (pasted.slice(mark + 1).split('#')[0] ?? '');
  const verdict = judgeCallback(query, 'start-link-unused', expected);
  switch (verdict.kind) {
    case 'accepted':
    case 'failed':
      return verdict;
    case 'wrong-state':
      return {
        kind: 'refused',
        reason: 'that address belongs to another sign-in; copy the one of the page opened just now',
      };
    default:
      return { kind: 'refused', reason: 'that address carries no usable answer; copy all of it' };
  }
}
