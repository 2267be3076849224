import { StoreError } from '../ground/errors.ts';
import { readChallenge } from '../protocol/error-reason.ts';
import type { AccessSession } from './access-session.ts';
import { type FreshToken, freshToken } from './fresh-token.ts';
import { markRefusedToken } from './refused-token.ts';
import type { TokenSource } from './token-source.ts';

/** Seconds a token has to be good for, so that it does not end on its way. */
const MIN_VALIDITY = 60;

/**
 * Sends a request with the token of a source, and gives the response. After a 401 it is sent once more with a new token,
 * where there can be one; a token that the API calls invalid is not handed out again.
 *
 * Throws what `freshToken` and `send` throw.
 *
 * @see [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750.html#section-3.1)
 */
export async function sendWithToken(
  source: TokenSource,
  send: (token: FreshToken) => Promise<Response>,
  access: AccessSession,
): Promise<Response> {
  const fresh = await freshToken(source, { minValiditySeconds: MIN_VALIDITY }, access);
  const response = await send(fresh);
  if (response.status !== 401) {
    return response;
  }
  if (isTokenInvalid(response)) {
    await markRefused(fresh, access);
  }
  if (fresh.replacement === undefined) {
    return response;
  }
  await response.body?.cancel();
  return send(await freshToken(fresh.replacement, { minValiditySeconds: MIN_VALIDITY, force: true }, access));
}

/** Whether the API says that it refuses the token, and no other part of the request. */
function isTokenInvalid({ headers }: Response): boolean {
  return readChallenge(headers.get('www-authenticate') ?? '').error === 'invalid_token';
}

/** The response is there. It is given even when the account cannot be changed. */
async function markRefused(fresh: FreshToken, access: AccessSession): Promise<void> {
  if (fresh.kind !== 'account') {
    return;
  }
  try {
    await markRefusedToken(fresh.head, access);
  } catch (error) {
    if (!(error instanceof StoreError)) {
      throw error;
    }
    access.note({ kind: 'account-not-changed', error });
  }
}
