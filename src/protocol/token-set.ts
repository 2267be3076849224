import type { ProofKey } from '../credential/dpop/proof-key.ts';
import type { Secret } from '../ground/secret.ts';
import type { AuthorizationDetail } from './granted-details.ts';

/** Claims of an ID Token whose signature and claims were validated (OpenID Connect Core §3.1.3.7). */
export interface IdTokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly [claim: string]: unknown;
}

/** What a grant gives (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3). */
export interface TokenSet {
  readonly accessToken: Secret;
  /** The secret of token credentials (RFC 5849 §2.3), which sign requests; absent for a bearer token. */
  readonly tokenSecret?: Secret;
  /** Of token credentials, the session handle that renews them. */
  readonly refreshToken?: Secret;
  /** The key that the access token is bound to (RFC 9449 §5); absent for a bearer token. */
  readonly proofKey?: ProofKey;
  readonly idToken?: Secret;
  readonly idTokenClaims?: IdTokenClaims;
  readonly issuedAt: Date;
  /** Absent: the server set no limit it told us of. */
  readonly expiresAt?: Date;
  /** When the refresh token ends whatever happens, where the server says so with `refresh_token_expires_in`. */
  readonly refreshTokenExpiresAt?: Date;
  /** What was granted; what was asked for when the server did not say (RFC 6749 §5.1). */
  readonly scopes: readonly string[];
  /** What was granted in terms of RFC 9396 §7; absent where the reply does not say, or none was asked for. */
  readonly authorizationDetails?: readonly AuthorizationDetail[];
  /** Whom the token is about, where the reply says so with `sub`. It is no standard member, and no claim of an ID Token. */
  readonly subject?: string;
  /** The member `me` of the reply, and what else it says of that person (IndieAuth §5.3.3). */
  readonly me?: { readonly address: string; readonly profile: unknown };
  /** Seconds by which the server's clock is ahead of ours, where they differ by more than five minutes. */
  readonly clockOffset?: number;
}

/** The type of the access token for the head of an account, where it is not a bearer token. */
export function tokenTypeOf({ proofKey }: TokenSet): { readonly tokenType?: 'DPoP' } {
  return proofKey === undefined ? {} : { tokenType: 'DPoP' };
}
