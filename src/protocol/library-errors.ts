import { defined } from '../ground/defined.ts';
import { AuthorizationServerError, OAuthLoginError, ProtocolError } from '../ground/errors.ts';
import { quoteForeign } from '../ground/safe-text.ts';

type Library = typeof import('oauth4webapi');

/** Who refused, where the error does not tell: `access_denied` has two meanings. */
export interface Refused {
  /** The End-User decides at this endpoint, as in a poll of the device grant (RFC 8628 §3.5); else it is about the client. */
  readonly byPerson?: true;
}

/**
 * Turns what oauth4webapi throws into this tool's family, by its class, its code and its cause; nothing of a body, a
 * header or a token goes along but the server's own reason.
 *
 * `what` names the exchange in the words of the standard, such as `the token endpoint of GitHub`.
 */
export function fromLibraryError(
  library: Library,
  error: unknown,
  what: string,
  refused: Refused = {},
): unknown {
  if (error instanceof OAuthLoginError) {
    return error;
  }
  if (error instanceof library.ResponseBodyError) {
    return refusal(error.error, error.error_description, error.status, what, refused);
  }
  if (error instanceof library.WWWAuthenticateChallengeError) {
    const challenge = error.cause.find(({ parameters }) => parameters.error !== undefined)?.parameters;
    return refusal(
      challenge?.error ?? 'invalid_client',
      challenge?.error_description,
      error.status,
      what,
      refused,
    );
  }
  if (
    error instanceof library.OperationProcessingError ||
    error instanceof library.UnsupportedOperationError
  ) {
    const { code, cause, message } = error;
    const status = cause instanceof Response ? cause.status : 200;
    if (status >= 400 && status < 500) {
      return unexplained(status, what);
    }
    return new ProtocolError(
      code === library.MISSING_SERVER_METADATA || code === library.INVALID_SERVER_METADATA
        ? 'protocol_invalid_metadata'
        : 'protocol_invalid_response',
      `${what} sent a reply that is not valid: ${
        code === library.RESPONSE_IS_NOT_JSON || code === library.PARSE_ERROR ? 'it is not JSON' : message
      }`,
      { hint: 'run it again with --debug; if it happens again, tell the operator of the server' },
    );
  }
  return error;
}

/** The error for an `error` that a server sent (RFC 6749 §5.2), with the next step where we know one. */
export function refusal(
  error: string,
  description: unknown,
  status: number | undefined,
  what: string,
  refused: Refused = {},
): AuthorizationServerError {
  const code = /^[\w.:-]{1,64}$/.test(error) ? error : UNEXPLAINED;
  // The type of the library promises a text, but the library does not check it.
  const said =
    typeof description !== 'string' || description === ''
      ? ''
      : `, saying ${quoteForeign(description, { breakCommands: true })}`;
  const options = { hint: nextStep(code, refused), serverWords: said, ...defined({ status }) };
  const answer = code === UNEXPLAINED && status !== undefined ? `with status ${status}` : code;
  return new AuthorizationServerError(code, `${what} answered ${answer}${said}`, options);
}

/** The `error` of a refusal whose body gives no reason. */
export const UNEXPLAINED = 'unknown_error';

/** A reply of the class 4xx with an empty or foreign body: the status alone says that it is a refusal (RFC 9110 §15.5). */
function unexplained(status: number, what: string): AuthorizationServerError {
  return new AuthorizationServerError(
    UNEXPLAINED,
    `${what} answered with status ${status} and gave no reason`,
    {
      hint: nextStep(status === 401 ? 'invalid_client' : UNEXPLAINED, {}),
      status,
    },
  );
}

function nextStep(error: string, { byPerson }: Refused): string {
  switch (error) {
    case 'invalid_client':
    case 'incorrect_client_credentials':
    case 'unauthorized_client':
      return 'check the client ID and the client secret, give them again with oauth-login setup NAME, and see that the registration allows this kind of client';
    case 'redirect_uri_mismatch':
      return 'register exactly the redirect URI that oauth-login providers NAME shows';
    case 'invalid_scope':
      return 'request only scopes that the registration allows (--scope)';
    case 'invalid_grant':
    case 'bad_verification_code':
      return 'sign in again; the code works only once, and only for a short time';
    case 'expired_token':
    case 'incorrect_device_code':
      return 'run the command again to get a new code';
    case 'access_denied':
      return byPerson === true
        ? 'run the command again and allow the access, or request fewer scopes'
        : 'this is about the client, not about you: check in its registration which grants, scopes and people it is allowed';
    case 'authorization_declined':
    case 'consent_required':
    case 'interaction_required':
      return 'run the command again and allow the access, or request fewer scopes';
    case 'use_dpop_nonce':
    case 'invalid_dpop_proof':
      return 'this server binds tokens to a key: sign in with --dpop, and see that the clock of this machine is right';
    case 'temporarily_unavailable':
    case 'server_error':
      return 'try again in a few minutes';
    default:
      return 'run it again with --debug to see which requests were made';
  }
}
