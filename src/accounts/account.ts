import type { Secret } from '../ground/secret.ts';
import type { Profile } from '../profile/profile.ts';
import type { ClientAuthentication, Endpoints, TokenPresentation } from '../providers/provider.ts';
import type { StoreKind } from '../secrets/store-kind.ts';

/** The readable part of an account file: no secret, and bound to the sealed part as additional data. */
export interface AccountHead {
  /** Lower-case hex; derived from provider, issuer, client identifier and subject (where there is one) by `accountId`. */
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
  /** Signature algorithms that the server lists for signed UserInfo responses (OpenID Connect Core §5.3.2). */
  readonly userInfoAlgorithms?: readonly string[];
  /** The redirect URI that was used (some servers want it again). */
  readonly redirectUri?: string;
  /** How the API of the provider takes the access token, where that is not as the standard has it. */
  readonly tokenPresentation?: TokenPresentation;
  /** Who signed in; absent when the server does not tell, or did not at sign-in. There is one such account for a client. */
  readonly profile?: Profile;
  /** The request for the profile was refused or useless at sign-in, so a refusal says nothing about the token. */
  readonly profileUnavailable?: true;
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
  readonly unfinishedRefresh?: UnfinishedRefresh;
  readonly failedRefresh?: FailedRefresh;
  /** The provider refused or revoked the access token: it is never handed out again. */
  readonly isTokenRefused?: true;
  /** The server refused this client or person what asks for a refresh token: it is not asked for again by itself. */
  readonly isOfflineAccessRefused?: true;
  readonly store: StoreKind;
  /** Plain http to this machine was allowed at sign-in, for this account only. */
  readonly allowHttpLoopback?: true;
  /** The PEM file given at sign-in. */
  readonly caFile?: string;
  /** The PEM file that `NODE_EXTRA_CA_CERTS` named at sign-in. */
  readonly extraCaFile?: string;
  /** Values of `{host}` and `{tenant}` at sign-in. */
  readonly host?: string;
  readonly tenant?: string;
}

/** A refresh that was begun and has not given an access token. */
export interface UnfinishedRefresh {
  /** ISO 8601 instant before the request. */
  readonly sentAt: string;
  /**
   * `sent`: what was answered is not known, so the stored refresh token may be spent. `rotated`: the new refresh token
   * is the stored one, and the rest of the answer has not been verified; the stored access token is an older one.
   */
  readonly state: 'sent' | 'rotated';
}

/** How the last refresh failed, for the processes that waited for it or come too early to try again. */
export interface FailedRefresh {
  /** ISO 8601 instants; before `until` the server is not to be asked again. */
  readonly failedAt: string;
  readonly until?: string;
  /** Those of the error. */
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** The sealed part of an account file. */
export interface AccountSecrets {
  readonly accessToken: Secret;
  readonly refreshToken?: Secret;
  readonly idToken?: Secret;
  readonly clientSecret?: Secret;
}

/** An account with its secrets opened. */
export interface OpenAccount {
  readonly head: AccountHead;
  readonly secrets: AccountSecrets;
}
