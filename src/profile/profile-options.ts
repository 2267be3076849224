import type { ProofKey } from '../credential/dpop/proof-key.ts';
import type { OAuth1Signer } from '../credential/oauth1/signed-request.ts';
import type { Fetch } from '../ground/fetch.ts';
import type { Secret } from '../ground/secret.ts';
import type { IdTokenClaims } from '../protocol/token-set.ts';

/** What asking for a profile takes. */
export interface ProfileOptions {
  readonly accessToken: Secret;
  /** Claims of the verified ID Token: the profile has to be about their subject. */
  readonly idTokenClaims?: IdTokenClaims;
  /** Whom the token response named, where nothing else tells. */
  readonly subject?: string;
  readonly clientId: string;
  readonly clientSecret?: Secret;
  /** The private key of the client, for which a server may encrypt the profile. */
  readonly clientKey?: Secret;
  /** Signs the request, for a provider of OAuth 1.0a. */
  readonly signer?: OAuth1Signer;
  /** The key that the token is bound to (RFC 9449). */
  readonly proofKey?: ProofKey;
  readonly fetch: Fetch;
}
