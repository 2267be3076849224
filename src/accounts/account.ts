import type { Profile } from '../profile/profile.ts';
import type { ClientAuthentication, Endpoints } from '../providers/provider.ts';
import type { Secret } from '../secrets/secret.ts';
import type { StoreKind } from '../secrets/store-kind.ts';

/** The readable part of an account file: no secret, and bound to the sealed part as additional data. */
export interface AccountHead {
  /** Lower-case hex; derived from provider, issuer, client identifier and subject by `accountId`. */
  readonly id: string;
  readonly provider: string;
  /** The catalogue's row the provider is built on, when it has another name. */
  readonly preset?: string;
  readonly label: string;
  /** What to type after `oauth-login` to sign in again, such as `gitlab --host git.example.com`. */
  readonly target: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientAuthentication: ClientAuthentication;
  /** The endpoints signed in with; secrets go to no others. */
  readonly endpoints: Partial<Endpoints>;
  /** Signature algorithms accepted for refreshed ID Tokens. */
  readonly idTokenAlgorithms?: readonly string[];
  /** The redirect URI that was used (some servers want it again). */
  readonly redirectUri?: string;
  readonly profile: Profile;
  /** Granted scopes. */
  readonly scopes: readonly string[];
  readonly requestedScopes: readonly string[];
  /** ISO 8601 instants. */
  readonly issuedAt: string;
  readonly expiresAt?: string;
  /** When the provider last confirmed the profile. */
  readonly verifiedAt: string;
  readonly signedInAt: string;
  readonly hasRefreshToken: boolean;
  /** Why to sign in again: the server refused the refresh token, or the access token where there is none. */
  readonly needsLogin?: string;
  readonly store: StoreKind;
  /** Plain http to a literal loopback address was allowed at sign-in, for this account only. */
  readonly allowHttpLoopback?: true;
  /** The PEM file given at sign-in. */
  readonly caFile?: string;
  /** Values of `{host}` and `{tenant}` at sign-in. */
  readonly host?: string;
  readonly tenant?: string;
}

/** The sealed part of an account file. */
export interface AccountSecrets {
  readonly accessToken: Secret;
  readonly refreshToken?: Secret;
  readonly idToken?: Secret;
  readonly clientSecret?: Secret;
}
