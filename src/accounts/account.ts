import { safeText } from '../ground/safe-text.ts';
import {
  either,
  flag,
  instant,
  mark,
  oneOf,
  optional,
  record,
  secret,
  text,
  texts,
  type ValueOf,
} from '../ground/stored-record.ts';
import { readStoredProfile } from '../profile/profile.ts';
import { parameterPlaces, signatureMethods } from '../providers/oauth1.ts';
import { clientAuthentications, type TokenPresentation } from '../providers/provider.ts';
import { storeKinds } from '../secrets/store-kind.ts';

/** The mark of a refresh that was begun and has not given an access token. */
const unfinishedRefresh = record({
  /** ISO 8601 instant before the request. */
  sentAt: instant,
  /**
   * `sent`: the answer is not known, so the stored refresh token may be spent. `rotated`: the new refresh token is
   * stored, but the rest of the answer was not verified, so the stored access token is an older one.
   */
  state: oneOf('sent', 'rotated'),
});

/** How the last refresh failed, for the processes that waited for it or come too early to try again. */
const failedRefresh = record({
  /** ISO 8601 instants; before `until` the server is not to be asked again. */
  failedAt: instant,
  until: optional(instant),
  /** The code, the message and the hint of the error. */
  code: text,
  message: text,
  hint: text,
});

/**
 * Reads the readable part of an account file. It holds no secret, and it is bound to the sealed part as additional
 * data. Gives a new object with the known members alone, or `undefined` for any other value.
 */
export const readAccountHead = record({
  /** Lower-case hex; derived from provider, issuer, client identifier and subject (where there is one) by `accountId`. */
  id: text,
  provider: text,
  /** The catalogue's row the provider is built on, when it has another name. */
  preset: optional(text),
  label: text,
  /** The name that the person gave it with `--as`; `accountAlias` says what it can be. */
  alias: optional(text),
  /** What to type after `oauth-login` to sign in again, such as `gitlab --host git.example.com`. */
  target: text,
  issuer: text,
  /** The protected resource that its tokens are for (RFC 8707 §2). */
  resource: optional(text),
  /** Its server refuses the parameter `resource`. */
  isResourceUnsent: mark,
  clientId: text,
  clientAuthentication: oneOf(...clientAuthentications),
  /** The `aud` of what its client signs to say who it is (RFC 7523 §3). */
  assertionAudience: optional(text),
  /** The endpoints signed in with; secrets go to no others. */
  endpoints: record({
    authorization_endpoint: optional(text),
    token_endpoint: optional(text),
    userinfo_endpoint: optional(text),
    revocation_endpoint: optional(text),
    introspection_endpoint: optional(text),
    device_authorization_endpoint: optional(text),
    pushed_authorization_request_endpoint: optional(text),
    jwks_uri: optional(text),
  }),
  /** Where the session in the browser is ended (OpenID Connect RP-Initiated Logout 1.0 §2.1). */
  endSessionEndpoint: optional(text),
  /** Signature algorithms accepted for refreshed ID Tokens. */
  idTokenAlgorithms: optional(texts),
  /** Signature algorithms that the server lists for signed UserInfo responses (OpenID Connect Core §5.3.2). */
  userInfoAlgorithms: optional(texts),
  /** The redirect URI that was used (some servers want it again). */
  redirectUri: optional(text),
  /** How the API of the provider takes the access token, where that is not as the standard has it. */
  tokenPresentation: optional(
    either<TokenPresentation>(record({ query: text }), record({ header: text }), record({ scheme: text })),
  ),
  /** The access token is bound to the key of the account (RFC 9449 §5); absent: a bearer token. */
  tokenType: optional(oneOf('DPoP')),
  /** Of an account of OAuth 1.0a: how its requests are signed, and where its token is renewed (RFC 5849). */
  oauth1: optional(
    record({
      signatureMethod: oneOf(...signatureMethods),
      parametersIn: oneOf(...parameterPlaces),
      realm: optional(text),
      method: oneOf('GET', 'POST'),
      tokenUri: text,
    }),
  ),
  /** Who signed in; absent when the server does not tell, or did not at sign-in. There is one such account for a client. */
  profile: optional(readStoredProfile),
  /** The request for the profile was refused or useless at sign-in, so a refusal says nothing about the token. */
  profileUnavailable: mark,
  /** Granted scopes. */
  scopes: texts,
  requestedScopes: texts,
  /** What was granted besides, as the server said it (RFC 9396 §7): a JSON array. */
  authorizationDetails: optional(text),
  /** ISO 8601 instants. */
  issuedAt: instant,
  expiresAt: optional(instant),
  /** When the provider last confirmed the profile. */
  verifiedAt: instant,
  signedInAt: instant,
  hasRefreshToken: flag,
  /** When the refresh token ends, as far as the server or its file tells; ISO 8601. */
  refreshTokenExpiresAt: optional(instant),
  /** Why to sign in again: the server refused the refresh token, or the access token where there is none. */
  needsLogin: optional(text),
  unfinishedRefresh: optional(unfinishedRefresh),
  failedRefresh: optional(failedRefresh),
  /** The provider refused or revoked the access token: it is never handed out again. */
  isTokenRefused: mark,
  /** The server refused this client or person what asks for a refresh token: it is not asked for again by itself. */
  isOfflineAccessRefused: mark,
  store: oneOf(...storeKinds),
  /** Plain http to this machine was allowed at sign-in, for this account only. */
  allowHttpLoopback: mark,
  /** The PEM file given at sign-in. */
  caFile: optional(text),
  /** The files of the certificate that the client shows (RFC 8705). */
  clientCertificate: optional(record({ certificateFile: text, keyFile: optional(text) })),
  /** The PEM file that `NODE_EXTRA_CA_CERTS` named at sign-in. */
  extraCaFile: optional(text),
  /** Values of `{host}` and `{tenant}` at sign-in. */
  host: optional(text),
  tenant: optional(text),
});

/** The readable part of an account file. */
export type AccountHead = ValueOf<typeof readAccountHead>;
/** A refresh that was begun and has not given an access token. */
export type UnfinishedRefresh = ValueOf<typeof unfinishedRefresh>;
/** How the last refresh failed. */
export type FailedRefresh = ValueOf<typeof failedRefresh>;

/** Reads the sealed part of an account file, as `readAccountHead` does the readable one. */
export const readAccountSecrets = record({
  accessToken: secret,
  /** Of an account of OAuth 1.0a (RFC 5849 §2.3). */
  tokenSecret: optional(secret),
  refreshToken: optional(secret),
  idToken: optional(secret),
  clientSecret: optional(secret),
  /** The private key that proves who uses the tokens, as a JWK (RFC 9449). */
  proofKey: optional(secret),
  /** The private key that its client signs with, as a JWK. */
  clientKey: optional(secret),
});

/** The sealed part of an account file. */
export type AccountSecrets = ValueOf<typeof readAccountSecrets>;

/** An account with its secrets opened. */
export interface OpenAccount {
  readonly head: AccountHead;
  readonly secrets: AccountSecrets;
}

/**
 * How a person tells accounts apart, harmless to a terminal: user name, else e-mail, else name, else subject. An
 * account without a person goes by its resource, or by its client identifier.
 */
export function accountName({
  profile,
  resource,
  label,
  clientId,
}: Pick<AccountHead, 'profile' | 'clientId'> & Partial<Pick<AccountHead, 'resource' | 'label'>>): string {
  if (profile === undefined) {
    return safeText(resource === undefined ? clientId : (label ?? resource));
  }
  return safeText(profile.preferred_username ?? profile.email ?? profile.name ?? profile.sub);
}
