import { StoreError } from '../ground/errors.ts';
import { readChallenge } from '../protocol/error-reason.ts';
import type { AccessSession } from './access-session.ts';
import { type FreshToken, freshToken } from './fresh-token.ts';
import { authenticationWanted } from './insufficient-authentication.ts';
import { markRefusedToken } from './refused-token.ts';
import type { TokenSource } from './token-source.ts';

/** Seconds a token has to be good for, so that it does not end on its way. */
export const MIN_VALIDITY = 60;

/** Where the token of a request comes from, and the one that takes the place of a token that was refused. */
export interface TokenSupply {
  current(): Promise<FreshToken>;
  /** `replacement` is the one of the refused token. */
  instead(refused: FreshToken, replacement: TokenSource): Promise<FreshToken>;
  /** Has no command hand out this token again, which the API called invalid. */
  withdraw(token: FreshToken): Promise<void>;
}

/** Gives the tokens of a source for one request after the other, as they are stored at that moment. */
export function suppliesOf(source: TokenSource, access: AccessSession): TokenSupply {
  const freshness = { minValiditySeconds: MIN_VALIDITY };
  return {
    current: () => freshToken(source, freshness, access),
    instead: (_refused, replacement) => freshToken(replacement, { ...freshness, force: true }, access),
    withdraw: (token) => markRefused(token, access),
  };
}

/**
 * Sends a request with a token of the supply, and gives the response. After a 401 it is sent once more with a new token,
 * where there can be one; a token that the API calls invalid is not handed out again.
 *
 * Throws what `freshToken` and `send` throw.
 *
 * @see [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750.html#section-3.1)
 */
export async function sendWithToken(
  supply: TokenSupply,
  send: (token: FreshToken) => Promise<Response>,
): Promise<Response> {
  const fresh = await supply.current();
  const response = await send(fresh);
  // A new token of the same sign-in stands for the same authentication (RFC 9470 §3).
  if (response.status !== 401 || authenticationWanted(response) !== undefined) {
    return response;
  }
  if (isTokenInvalid(response)) {
    await supply.withdraw(fresh);
  }
  if (fresh.replacement === undefined) {
    return response;
  }
  await response.body?.cancel();
  return send(await supply.instead(fresh, fresh.replacement));
}

/** Whether the API says that it refuses the token, and no other part of the request. */
function isTokenInvalid({ headers }: Response): boolean {
  return readChallenge(headers.get('www-authenticate') ?? '').error === 'invalid_token';
}

/** The response is there. It is given even when the account cannot be changed. */
export async function markRefused(fresh: FreshToken, access: AccessSession): Promise<void> {
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
