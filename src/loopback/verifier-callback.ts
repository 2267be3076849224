import { AuthorizationServerError, ProtocolError } from '../ground/errors.ts';
import { quoteForeign, safeText } from '../ground/safe-text.ts';
import type { AuthorizationResponse } from './authorization-response.ts';
import type { CallbackVerdict, VerifierExpectation } from './callback-expectation.ts';
import { sameText } from './unguessable-text.ts';

/** RFC 5849 sets no grammar for a verifier; the length is our own cap. */
const VERIFIER = /^[\x21-\x7e]{1,4096}$/;

/** The words of the extension "OAuth Problem Reporting" for a person who did not allow it. */
const refusals: ReadonlySet<string> = new Set(['user_refused', 'permission_denied', 'access_denied']);

/**
 * Judges the query of an OAuth 1.0a callback, whose duplicates were refused before: `state`, the token, the browser,
 * a refusal, the verifier.
 *
 * The order is the protection: before `state` and the token fit nothing else is looked at. A token other than the one
 * that was sent does not end the wait, like a wrong `state`, where a `state` could be sent; with a `state` that fits it
 * is the server that mixes up two sign-ins, and that ends it.
 *
 * @see [RFC 5849 §2.2](https://www.rfc-editor.org/rfc/rfc5849.html#section-2.2)
 */
export function judgeVerifier(
  parameters: URLSearchParams,
  browser: AuthorizationResponse['browser'],
  expected: VerifierExpectation,
): CallbackVerdict {
  const credential = expected.temporaryCredential();
  const label = safeText(expected.providerLabel);
  if (credential === undefined) {
    return { kind: 'wrong-state' };
  }
  const denied = parameters.get('denied');
  const token = parameters.get('oauth_token') ?? denied;
  const isTokenRight = token !== null && sameText(token, credential);
  if (expected.state === undefined ? !isTokenRight : !isStateRight(parameters, expected.state)) {
    return { kind: 'wrong-state' };
  }
  if (browser === 'unconfirmed' && expected.refuseUnconfirmed) {
    return { kind: 'unconfirmed' };
  }
  const problem = denied === null ? parameters.get('oauth_problem') : 'access_denied';
  if (problem !== null) {
    return { kind: 'failed', error: refusedThere(problem, parameters, label) };
  }
  if (expected.isWithoutVerifier && token === null) {
    return { kind: 'accepted', response: { parameters, browser } };
  }
  if (!isTokenRight) {
    return { kind: 'failed', error: token === null ? withoutToken(label) : otherToken(label) };
  }
  if (!expected.isWithoutVerifier && !VERIFIER.test(parameters.get('oauth_verifier') ?? '')) {
    return { kind: 'failed', error: withoutVerifier(label) };
  }
  return { kind: 'accepted', response: { parameters, browser } };
}

function isStateRight(parameters: URLSearchParams, state: string): boolean {
  return sameText(parameters.get('state') ?? '', state);
}

function refusedThere(problem: string, parameters: URLSearchParams, label: string): AuthorizationServerError {
  const error = refusals.has(problem)
    ? 'access_denied'
    : /^[A-Za-z0-9][\w.-]{0,63}$/.test(problem)
      ? problem
      : 'unrecognized_error';
  const advice = parameters.get('oauth_problem_advice');
  const quoted = advice === null ? '' : `: ${quoteForeign(advice, { breakCommands: true })}`;
  const what =
    error === 'access_denied' ? `${label} refused the sign-in` : `${label} could not do the sign-in`;
  return new AuthorizationServerError(error, `${what} (${error})${quoted}`, {
    hint:
      error === 'access_denied'
        ? 'run the command again and allow access in the browser'
        : 'check the registration of the client, then run the command again',
    serverWords: quoted,
  });
}

const UNSAFE =
  'no token was requested; run the command again, and if it happens again, tell the operator of the server';

function otherToken(label: string): ProtocolError {
  return new ProtocolError(
    'protocol_state_mismatch',
    `the reply to the sign-in at ${label} is about other temporary credentials than those of this sign-in`,
    { hint: UNSAFE },
  );
}

function withoutToken(label: string): ProtocolError {
  return new ProtocolError(
    'protocol_invalid_response',
    `the reply to the sign-in at ${label} does not say which temporary credentials it is about`,
    { hint: UNSAFE },
  );
}

function withoutVerifier(label: string): ProtocolError {
  return new ProtocolError(
    'protocol_invalid_response',
    `the reply to the sign-in at ${label} has no verifier: access was not allowed there, or the server is one of OAuth 1.0 without revision A`,
    { hint: 'run the command again and allow access in the browser' },
  );
}
