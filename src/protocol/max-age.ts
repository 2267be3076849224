import { ProtocolError } from '../ground/errors.ts';
import { CLOCK_TOLERANCE_SECONDS } from './id-token.ts';
import type { IdTokenClaims } from './token-set.ts';

/** How long ago the End-User may have authenticated at the server, as the authorization request asked for it. */
export interface MaxAge {
  readonly seconds: number;
  /** When the request was made. An authentication after it is recent enough. */
  readonly requestedAt: Date;
}

/** Gives what `max_age` among the parameters of an authorization request asks for; nothing when it is no number. */
export function maxAgeOf(
  parameters: Readonly<Record<string, string>>,
  requestedAt: Date,
): MaxAge | undefined {
  const { max_age } = parameters;
  return max_age !== undefined && /^[0-9]{1,9}$/.test(max_age)
    ? { seconds: Number(max_age), requestedAt }
    : undefined;
}

/**
 * Throws a `ProtocolError` when the ID Token does not say when the End-User authenticated, or names a time that is
 * longer ago than was asked for; the clocks may differ by a minute.
 *
 * @see [OpenID Connect Core §3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)
 */
export function validateAuthenticationTime(claims: IdTokenClaims, maxAge: MaxAge): void {
  const oldest = maxAge.requestedAt.getTime() / 1000 - maxAge.seconds - CLOCK_TOLERANCE_SECONDS;
  const { auth_time } = claims;
  if (typeof auth_time === 'number' && auth_time >= oldest) {
    return;
  }
  throw new ProtocolError(
    'protocol_invalid_id_token',
    typeof auth_time === 'number'
      ? 'the ID Token is not valid: the last authentication is longer ago than max_age allows'
      : 'the ID Token is not valid: it does not say when you authenticated (auth_time), although max_age was sent',
    { hint: 'sign in again, without max_age if the server does not support it' },
  );
}
