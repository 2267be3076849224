/** How requests are signed (RFC 5849 §3.4); HMAC-SHA256 is the same as HMAC-SHA1 with another hash. */
export const signatureMethods = ['HMAC-SHA1', 'HMAC-SHA256', 'RSA-SHA1', 'PLAINTEXT'] as const;

/** The name of one of them, as `oauth_signature_method` has it. */
export type SignatureMethod = (typeof signatureMethods)[number];

/** Where the protocol parameters of a request stand (RFC 5849 §3.5). */
export const parameterPlaces = ['header', 'body', 'query'] as const;

/** The name of one of them. */
export type ParameterPlace = (typeof parameterPlaces)[number];

/** How requests of a server are signed, with whatever credentials. */
export interface SignatureRule {
  readonly signatureMethod: SignatureMethod;
  readonly parametersIn: ParameterPlace;
  /** The `realm` of the Authorization header (RFC 5849 §3.5.1). */
  readonly realm?: string;
}

/** A server of OAuth 1.0a: its three endpoints (RFC 5849 §2), and how it is asked. */
export interface OAuth1Server extends SignatureRule {
  readonly temporaryCredentialUri: string;
  readonly authorizationUri: string;
  readonly tokenUri: string;
  /** The method of the requests for credentials. */
  readonly method: 'GET' | 'POST';
  /** `pin`: the server knows no callback on this machine; the person types the verifier that its page shows. */
  readonly callback: 'loopback' | 'pin';
  /** The server compares the callback as a whole, so no state goes into its query. */
  readonly isCallbackExact: boolean;
  /**
   * The server is of OAuth Core 1.0: it knows no verifier, and takes the callback with the authorization request. The
   * state in the callback shows then that it is the browser of this sign-in that has come back.
   */
  readonly isWithoutVerifier: boolean;
  /** The secret of the token is a key by itself, which requests show as they would a bearer token. */
  readonly isSecretTheKey: boolean;
  /** The name of `oauth_token` in the authorization request, where it has another one. */
  readonly tokenParameter: string;
  /** Sent with the request for temporary credentials, such as a scope. */
  readonly temporaryCredentialParameters: Readonly<Record<string, string>>;
  /** Sent with the authorization request, such as a name that the page shows; values may hold `{client_id}`. */
  readonly authorizationParameters: Readonly<Record<string, string>>;
}

/** What the name of a provider that is also a provider of OAuth 2.0 ends in, where OAuth 1.0a is meant. */
const SUFFIX = '-oauth1';

/** The name under which the provider is known where OAuth 1.0a is meant, and not OAuth 2.0. */
export function nameByOAuth1(name: string): string {
  return `${name}${SUFFIX}`;
}

/** The name of the provider whose OAuth 1.0a the name stands for; `undefined` for any other name. */
export function nameWithoutOAuth1(name: string): string | undefined {
  return name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : undefined;
}
