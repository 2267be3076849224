import type { NetworkCode, ProtocolCode } from './error-code.ts';
import {
  AuthenticationRequiredError,
  AuthorizationServerError,
  NetworkError,
  type OAuthLoginError,
  ProtocolError,
} from './errors.ts';

/** What one process writes down of an error, for another one that waits for the same result. */
export interface SharedError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Whether the error says something about the server or the person there, and not about this process alone. */
export function isShared(error: unknown): error is OAuthLoginError {
  return (
    error instanceof AuthenticationRequiredError ||
    error instanceof NetworkError ||
    error instanceof ProtocolError ||
    error instanceof AuthorizationServerError
  );
}

/** The error that was written down; `undefined` for a code of another kind. */
export function sharedError({ code, message, hint }: SharedError): OAuthLoginError | undefined {
  if (code === 'refresh_rejected' || code === 'account_mismatch') {
    return new AuthenticationRequiredError(code, message, { hint });
  }
  if (isNetworkCode(code)) {
    return new NetworkError(code, message, { hint });
  }
  if (isProtocolCode(code)) {
    return new ProtocolError(code, message, { hint });
  }
  return code.startsWith('as_') ? new AuthorizationServerError(code.slice(3), message, { hint }) : undefined;
}

function isNetworkCode(code: string): code is NetworkCode {
  return code.startsWith('network_') || code === 'login_timeout';
}

function isProtocolCode(code: string): code is ProtocolCode {
  return code.startsWith('protocol_');
}
