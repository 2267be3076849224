import { AuthorizationServerError } from '../ground/errors.ts';
import { quoteForeign, safeText } from '../ground/safe-text.ts';

/** RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6, and what LinkedIn, Apple and Facebook say in their place. */
const refusals = new Set([
  'access_denied',
  'account_selection_required',
  'consent_required',
  'interaction_required',
  'login_required',
  'user_cancelled_authorize',
  'user_cancelled_login',
  'user_denied',
]);

// This is stricter than RFC 6749 appendix A.7. Every registered error fits, and it can be shown without quotes.
const ERROR = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** Tells whether an `error` means that the End-User, or the server for them, refused the access. */
export function isRefusal(error: string): boolean {
  return refusals.has(error);
}

/** Tells whether a callback is an error response (RFC 6749 §4.1.2.1); Facebook leaves `error` out at times. */
export function isErrorResponse(parameters: URLSearchParams): boolean {
  return parameters.has('error') || (parameters.has('error_code') && !parameters.has('code'));
}

function errorOf(parameters: URLSearchParams): string {
  if (parameters.get('error_reason') === 'user_denied') {
    return 'access_denied';
  }
  const error = parameters.get('error') ?? '';
  return ERROR.test(error) ? error : 'unrecognized_error';
}

function hintFor(error: string): string {
  switch (error) {
    case 'access_denied':
    case 'user_denied':
    case 'user_cancelled_authorize':
    case 'user_cancelled_login':
      return 'run the command again and allow access in the browser';
    case 'account_selection_required':
    case 'consent_required':
    case 'interaction_required':
    case 'login_required':
      return 'run the command again and finish the sign-in in the browser; an administrator may have to allow this client first';
    case 'invalid_scope':
      return 'check the scopes given with --scope against those that the registration of the client allows';
    case 'server_error':
    case 'temporarily_unavailable':
      return 'wait a few minutes and run the command again';
    default:
      return 'check the registration of the client and the parameters given with --param, then run the command again';
  }
}

/**
 * Gives the error that an error response stands for; its `state` and `iss` have to be valid already.
 *
 * The server's own description is quoted, one line, at most 200 characters.
 */
export function authorizationServerError(
  parameters: URLSearchParams,
  providerLabel: string,
): AuthorizationServerError {
  const error = errorOf(parameters);
  const label = safeText(providerLabel);
  const description = parameters.get('error_description') ?? parameters.get('error_message');
  const quoted = description === null ? '' : `: ${quoteForeign(description, { breakCommands: true })}`;
  const what = isRefusal(error) ? `${label} refused the sign-in` : `${label} could not do the sign-in`;
  return new AuthorizationServerError(error, `${what} (${error})${quoted}`, {
    hint: hintFor(error),
    serverWords: quoted,
  });
}
