import { ProtocolError } from '../ground/errors.ts';
import type { Secret } from '../ground/secret.ts';
import { readIdTokenPayload } from './id-token.ts';
import type { IdTokenClaims } from './token-set.ts';

/** The person whose sign-in is refreshed, as far as it is known. */
export interface OriginalSignIn {
  readonly subject?: string;
  /** The ID Token of the sign-in, or of the refresh before; it was verified before it was stored. */
  readonly idToken?: Secret;
}

/**
 * Throws a `ProtocolError` for a refreshed ID Token that is about another person, or about another authentication: its
 * `nonce`, its `auth_time` and its WebID, where it has them, are those of the ID Token before.
 *
 * @see [OpenID Connect Core §12.2](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse)
 */
export function validateRefreshedIdToken(claims: IdTokenClaims, original: OriginalSignIn): void {
  if (original.subject !== undefined && claims.sub !== original.subject) {
    throw refused('names a different person');
  }
  const before = original.idToken === undefined ? {} : (readIdTokenPayload(original.idToken.reveal()) ?? {});
  for (const name of ['nonce', 'auth_time', 'webid']) {
    const isThere = claims[name] !== undefined && before[name] !== undefined;
    if (isThere && claims[name] !== before[name]) {
      throw refused(`has a different ${name} from that of the sign-in`);
    }
  }
}

function refused(fault: string): ProtocolError {
  return new ProtocolError('protocol_invalid_id_token', `the refreshed ID Token ${fault}`, {
    hint: 'sign in again',
  });
}
