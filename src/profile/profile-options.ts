import type { Fetch } from '../protocol/library-fetch.ts';
import type { IdTokenClaims } from '../protocol/token-set.ts';
import type { Secret } from '../secrets/secret.ts';

/** What asking for a profile takes. */
export interface ProfileOptions {
  readonly accessToken: Secret;
  /** Claims of the verified ID Token: the profile has to be about their subject. */
  readonly idTokenClaims?: IdTokenClaims;
  readonly clientId: string;
  readonly clientSecret?: Secret;
  readonly fetch: Fetch;
}
