import type { AuthorizationServerError, ProtocolError } from '../ground/errors.ts';
import type { AuthorizationResponse } from './authorization-response.ts';

/** What the answer of a person's browser has to fit, whatever the protocol. */
interface AnyExpectation {
  readonly providerLabel: string;
  /** A response from a browser that did not fetch the start link, although the link was used, is not taken. */
  readonly refuseUnconfirmed: boolean;
}

/** What the authorization response has to fit (RFC 6749 §4.1.2). */
export interface CodeExpectation extends AnyExpectation {
  readonly state: string;
  /** The Issuer Identifier that `iss` must equal when it comes (RFC 9207). */
  readonly issuer?: string;
  /** The metadata promised `iss` (`authorization_response_iss_parameter_supported`). */
  readonly issuerRequired: boolean;
  /** The response may come in a form of one of these origins (OAuth 2.0 Form Post Response Mode). */
  readonly formOrigins?: readonly string[];
  /** The response has to be a JWT (JARM). */
  readonly isSigned?: boolean;
}

/** What the callback of OAuth 1.0a has to fit (RFC 5849 §2.2). */
export interface VerifierExpectation extends AnyExpectation {
  /** The `state` in the query of the callback, which the server hands back; absent where it compares the callback. */
  readonly state?: string;
  /** The identifier of the temporary credentials; absent as long as there are none: then nothing fits. */
  readonly temporaryCredential: () => string | undefined;
  /** A server of OAuth Core 1.0 sends no verifier, and not always its token: the `state` is all that shows whose it is. */
  readonly isWithoutVerifier: boolean;
}

/** What a callback has to fit. */
export type CallbackExpectation = CodeExpectation | VerifierExpectation;

/** What a request to the callback path is worth; only `accepted` and `failed` may end the wait. */
export type CallbackVerdict =
  | { readonly kind: 'malformed' }
  | { readonly kind: 'wrong-state' }
  | { readonly kind: 'unconfirmed' }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'failed'; readonly error: AuthorizationServerError | ProtocolError }
  | { readonly kind: 'accepted'; readonly response: AuthorizationResponse };
