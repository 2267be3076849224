import { ProtocolError } from '../ground/errors.ts';
import { bytesFromBase64url, parsePlainJson, plainObject } from '../ground/plain-json.ts';
import { safeText } from '../ground/safe-text.ts';
import type { AuthorizationResponse } from './authorization-response.ts';
import type { CallbackVerdict, CodeExpectation } from './callback-expectation.ts';
import { sameText } from './unguessable-text.ts';

/**
 * Judges a response that has to be a JWT: its `state` decides whether it belongs to this sign-in, as for any other. Its
 * signature and the rest of it are verified with the keys of the server before anything is done with it; what is not
 * signed is not taken, and ends the sign-in.
 *
 * @see [JARM §2.4](https://openid.net/specs/oauth-v2-jarm.html)
 */
export function judgeSignedResponse(
  parameters: URLSearchParams,
  browser: AuthorizationResponse['browser'],
  expected: CodeExpectation,
): CallbackVerdict {
  const response = parameters.get('response');
  const state = response === null ? parameters.get('state') : stateOf(response);
  if (!sameText(state ?? '', expected.state)) {
    return { kind: 'wrong-state' };
  }
  if (browser === 'unconfirmed' && expected.refuseUnconfirmed) {
    return { kind: 'unconfirmed' };
  }
  if (response === null) {
    return { kind: 'failed', error: unsigned(expected.providerLabel) };
  }
  return { kind: 'accepted', response: { parameters, browser } };
}

/** The state that a JWT names; nothing vouches for it yet. */
function stateOf(jwt: string): string | undefined {
  const bytes = bytesFromBase64url(jwt.split('.')[1] ?? '');
  const state = bytes === undefined ? undefined : plainObject(parsePlainJson(bytes.toString('utf8')))?.state;
  return typeof state === 'string' ? state : undefined;
}

function unsigned(label: string): ProtocolError {
  return new ProtocolError(
    'protocol_invalid_response',
    `the reply to the sign-in at ${safeText(label)} is not signed, although a signed one was asked for`,
    {
      hint: 'nothing was sent to any server; run the command again, and if it happens again, tell the operator',
    },
  );
}
