/** An error in the members of RFC 6749 §5.2. */
export interface ErrorResponse {
  readonly error: string;
  readonly error_description?: string;
}

/** Codes of the Graph API, and what they are called in RFC 6749 and RFC 6750. */
const standardErrors: ReadonlyMap<number, string> = new Map([
  [1, 'invalid_client'],
  [2, 'temporarily_unavailable'],
  [4, 'temporarily_unavailable'],
  [10, 'access_denied'],
  [17, 'temporarily_unavailable'],
  [101, 'invalid_client'],
  [102, 'invalid_token'],
  [190, 'invalid_token'],
]);

/** What the device grant says with subcodes, and what it is called in RFC 8628 §3.5. */
const deviceErrors: ReadonlyMap<unknown, string> = new Map([
  [1349152, 'expired_token'],
  [1349172, 'slow_down'],
  [1349173, 'access_denied'],
  [1349174, 'authorization_pending'],
]);

/** Used, expired, or redeemed with another redirect URI: all said with code 100 and one of these subcodes. */
const codeRejected: ReadonlySet<unknown> = new Set([36007, 36008, 36009]);

/**
 * Gives the standard form of a Graph API error document, or nothing when it is none.
 *
 * @see https://developers.facebook.com/docs/graph-api/guides/error-handling
 */
export function readGraphError(document: object): ErrorResponse | undefined {
  const error = own(document, 'error');
  if (typeof error !== 'object' || error === null || Array.isArray(error)) {
    return undefined;
  }
  const code = own(error, 'code');
  const message = own(error, 'message');
  const subcode = own(error, 'error_subcode');
  const special = codeRejected.has(subcode) ? 'invalid_grant' : deviceErrors.get(subcode);
  const standard = typeof code === 'number' ? standardErrors.get(code) : undefined;
  return {
    error: special ?? standard ?? 'invalid_request',
    ...(typeof message === 'string' ? { error_description: message } : {}),
  };
}

function own(document: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(document, name)?.value;
}
