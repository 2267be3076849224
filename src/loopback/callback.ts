import { ProtocolError } from '../ground/errors.ts';
import { safeText } from '../ground/safe-text.ts';
import { authorizationServerError, isErrorResponse } from './authorization-error.ts';
import type { AuthorizationResponse } from './authorization-response.ts';
import type { CallbackExpectation, CallbackVerdict, CodeExpectation } from './callback-expectation.ts';
import { readCallbackQuery } from './callback-query.ts';
import { judgeSignedResponse } from './signed-response.ts';
import { sameText } from './unguessable-text.ts';
import { judgeVerifier } from './verifier-callback.ts';

// RFC 6749 appendix A.11: 1*VSCHAR. The limit of the length is this tool's.
const CODE = /^[\x20-\x7e]{1,4096}$/;

function issuerMismatch(label: string, missing: boolean): ProtocolError {
  return new ProtocolError(
    'protocol_issuer_mismatch',
    missing
      ? `the reply to the sign-in at ${safeText(label)} does not say which server sent it`
      : `the reply to the sign-in at ${safeText(label)} comes from another server`,
    {
      hint: 'nothing was sent to any server; check the configured issuer, then run the command again',
    },
  );
}

function isIssuerWrong(iss: string | null, expected: CodeExpectation): boolean {
  if (iss === null) {
    return expected.issuerRequired;
  }
  return expected.issuer !== undefined && iss !== expected.issuer;
}

/**
 * Judges the query of a callback: duplicates, then `state`, the browser, `iss`, `error`, `code`. That of OAuth 1.0a has
 * a judge of its own.
 *
 * The order is the protection: before `state` fits nothing else is looked at, and before `iss` fits no
 * word of the server is.
 *
 * @see [RFC 9207 §2.4](https://www.rfc-editor.org/rfc/rfc9207#section-2.4)
 */
export function judgeCallback(
  query: string,
  browser: AuthorizationResponse['browser'],
  expected: CallbackExpectation,
): CallbackVerdict {
  const parameters = readCallbackQuery(query);
  if (parameters === undefined) {
    return { kind: 'malformed' };
  }
  if ('temporaryCredential' in expected) {
    return judgeVerifier(parameters, browser, expected);
  }
  if (expected.isSigned) {
    return judgeSignedResponse(parameters, browser, expected);
  }
  if (!sameText(parameters.get('state') ?? '', expected.state)) {
    return { kind: 'wrong-state' };
  }
  if (browser === 'unconfirmed' && expected.refuseUnconfirmed) {
    return { kind: 'unconfirmed' };
  }
  const iss = parameters.get('iss');
  if (isIssuerWrong(iss, expected)) {
    return { kind: 'failed', error: issuerMismatch(expected.providerLabel, iss === null) };
  }
  if (isErrorResponse(parameters)) {
    return { kind: 'failed', error: authorizationServerError(parameters, expected.providerLabel) };
  }
  if (!CODE.test(parameters.get('code') ?? '')) {
    return { kind: 'incomplete' };
  }
  return { kind: 'accepted', response: { parameters, browser } };
}

/** The form in which the server answered instead of the query; `undefined` for any other request. */
export function otherForm(query: string): 'signed-reply' | 'empty-reply' | undefined {
  if (query === '') {
    return 'empty-reply';
  }
  const names = [...new URLSearchParams(query).keys()];
  return names.includes('response') && !names.includes('state') ? 'signed-reply' : undefined;
}
