import { AuthorizationServerError, OAuthLoginError, ProtocolError } from '../errors.ts';
import { quoteForeign } from '../safe-text.ts';

type Library = typeof import('oauth4webapi');

/**
 * Turns what oauth4webapi throws into this tool's family; nothing of a body, a header or a token goes along.
 *
 * `what` names the exchange in the words of the standard, such as `the token endpoint of GitHub`.
 */
export function fromLibraryError(library: Library, error: unknown, what: string): unknown {
  if (error instanceof OAuthLoginError) return error;
  if (error instanceof library.ResponseBodyError) {
    return refusal(error.error, error.error_description, error.status, what);
  }
  if (error instanceof library.WWWAuthenticateChallengeError) {
    const challenge = error.cause.find(({ parameters }) => parameters.error !== undefined)?.parameters;
    return refusal(challenge?.error ?? 'invalid_client', challenge?.error_description, error.status, what);
  }
  if (
    error instanceof library.OperationProcessingError ||
    error instanceof library.UnsupportedOperationError
  ) {
    return unexplained(error.cause, what) ?? untrusted(error.code, error.message, what);
  }
  return error;
}

/** The error for an `error` that a server sent (RFC 6749 §5.2), with the next step where we know one. */
export function refusal(
  error: string,
  description: unknown,
  status: number | undefined,
  what: string,
): AuthorizationServerError {
  const code = /^[\w.:-]{1,64}$/.test(error) ? error : 'unknown_error';
  // The library promises a text and does not look.
  const said =
    typeof description !== 'string' || description === ''
      ? ''
      : `, saying ${quoteForeign(description, { breakCommands: true })}`;
  const options = { hint: nextStep(code), ...(status === undefined ? {} : { status }) };
  return new AuthorizationServerError(code, `${what} answered ${code}${said}`, options);
}

/** The `error` of a refusal whose body says nothing that can be read. */
export const UNEXPLAINED = 'unknown_error';

/**
 * A reply of the class 4xx is a refusal, also with an empty body or one that is no error of RFC 6749 §5.2: the status
 * says so (RFC 9110 §15.5). `cause` is what the library could not read.
 */
function unexplained(cause: unknown, what: string): AuthorizationServerError | undefined {
  if (!(cause instanceof Response) || cause.status < 400 || cause.status > 499) return undefined;
  const { status } = cause;
  return new AuthorizationServerError(UNEXPLAINED, `${what} answered with status ${status} and no reason`, {
    hint: nextStep(status === 401 ? 'invalid_client' : UNEXPLAINED),
    status,
  });
}

function nextStep(error: string): string {
  switch (error) {
    case 'invalid_client':
    case 'incorrect_client_credentials':
    case 'unauthorized_client':
      return 'check the client id and the client secret with oauth-login setup, and that the registration allows this kind of client';
    case 'redirect_uri_mismatch':
      return 'register exactly the redirect URI that oauth-login setup shows';
    case 'invalid_scope':
      return 'ask for scopes that the registration allows (--scope)';
    case 'invalid_grant':
    case 'bad_verification_code':
      return 'sign in again; the code is good once and for a short time only';
    case 'expired_token':
    case 'incorrect_device_code':
      return 'run the command again to get a new code';
    case 'access_denied':
    case 'authorization_declined':
    case 'consent_required':
    case 'interaction_required':
      return 'run the command again and allow the access, or ask for fewer scopes';
    case 'temporarily_unavailable':
    case 'server_error':
      return 'try again in a few minutes';
    default:
      return 'run it again with --debug to see which requests were made';
  }
}

function untrusted(code: string | undefined, reason: string, what: string): ProtocolError {
  const claim = reason.startsWith('unexpected') || reason.includes('JWT') || reason.includes('ID Token');
  if (claim || code === 'OAUTH_KEY_SELECTION_FAILED') {
    return new ProtocolError(
      'protocol_invalid_id_token',
      `the ID Token from ${what} is not valid: ${reason}`,
      {
        hint: reason.includes('untrusted audiences')
          ? 'a token for several audiences has to name this client as its authorized party (azp): tell the operator of the server'
          : 'check that the clock of this machine is right; if it is, tell the operator of the server',
      },
    );
  }
  return new ProtocolError('protocol_invalid_response', `${what} sent a reply that is not valid: ${reason}`, {
    hint: 'run it again with --debug; if it stays, tell the operator of the server',
  });
}
