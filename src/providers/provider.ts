import type { AuthorizationServer } from 'oauth4webapi';
import type { DeviceGrantRules } from './device-grant-rules.ts';
import type { Identity } from './identity.ts';
import type { OAuth1Server } from './oauth1.ts';
import type { ProfileRequest } from './profile-request.ts';
import type { Quirk } from './quirk.ts';
import type { Registration, SelfRegistration } from './registration.ts';
import type { ResponseMode } from './response-mode.ts';
import type { TokenAsPassword } from './token-as-password.ts';

/** Whether and how PKCE (RFC 7636, always S256) goes with the authorization request. */
export type PkcePolicy = 'never' | 'optional' | 'required' | 'insteadOfSecret';

/** How the client authenticates at the token endpoint (RFC 6749 §2.3, OpenID Connect Core §9). */
export type ClientAuthentication = (typeof clientAuthentications)[number];

/** All of them. */
export const clientAuthentications = [
  'none',
  'client_secret_post',
  'client_secret_basic',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
] as const;

/** Those of a client that shows a certificate when a connection is opened (RFC 8705 §2); the requests are the same. */
export const tlsClientAuthentications: readonly ClientAuthentication[] = [
  'tls_client_auth',
  'self_signed_tls_client_auth',
];

/** What a provider accepts as redirect URI of a listener on the End-User's machine (RFC 8252 §7.3). */
export interface RedirectPolicy {
  /** The host name that must stand in the redirect URI. */
  readonly host: '127.0.0.1' | 'localhost';
  /** Never empty: several servers tell `` and `/` apart. */
  readonly path: `/${string}`;
  /** `any`: the port may differ from the registered one; a number: registered exactly, so it is fixed. */
  readonly port: 'any' | number;
}

/** How a refresh token is asked for: nothing, more scopes, or more parameters. */
export interface OfflineAccess {
  readonly scopes?: readonly string[];
  /** Metadata that names no scopes is no reason to ask for these. */
  readonly onlyListedScopes?: true;
  readonly parameters?: Readonly<Record<string, string>>;
  /** Sent only when no refresh token is stored for this client yet, since it makes the End-User consent again. */
  readonly consentParameters?: Readonly<Record<string, string>>;
}

/** What every request to the token endpoint holds, or does differently from RFC 6749 §4.1.3 and §6. */
export interface TokenRequestForm {
  readonly parameters?: Readonly<Record<string, string>>;
  /** Values may hold `{client_id}`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The parameters go as the members of a JSON object. */
  readonly body?: 'json';
  /** The parameters go in the query. */
  readonly method?: 'GET';
  /** Where a refresh token is spent, if not at the token endpoint. */
  readonly refreshUrl?: string;
}

/** Where the members of RFC 6749 §5.1 stand in a token reply that names or nests them otherwise: paths like `data.token`. */
export type TokenReplyMap = Readonly<
  Partial<Record<'access_token' | 'token_type' | 'refresh_token' | 'expires_in' | 'scope', string>>
>;

/** How requests of the API show the access token, where that is not `Authorization: Bearer` (RFC 6750 §2.1). */
export type TokenPresentation =
  | { readonly scheme: string }
  | { readonly header: string }
  | { readonly query: string };

/** How sure the facts are: three or more sources agree (A), two do (B), fewer or they differ (C). */
export type Confidence = 'A' | 'B' | 'C';

/** How a token is taken back. */
export type Revocation =
  | {
      readonly kind: 'rfc7009';
      /** The request has the token alone. The endpoint does not ask which client it is, and gets no secret. */
      readonly tokenOnly?: true;
    }
  | {
      readonly kind: 'request';
      readonly method: 'DELETE' | 'POST';
      /** May hold `{api}`, `{host}`, `{client_id}` and `{sub}`. */
      readonly url: string;
      readonly authentication: 'client_secret_basic' | 'bearer';
      /** JSON members; the value `{access_token}` stands for the token. */
      readonly json?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'none' };

/** Endpoints by their names in RFC 8414 §2 and OpenID Connect Discovery §3. */
export interface Endpoints {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly userinfo_endpoint: string;
  readonly revocation_endpoint: string;
  readonly introspection_endpoint: string;
  readonly device_authorization_endpoint: string;
  readonly backchannel_authentication_endpoint: string;
  readonly pushed_authorization_request_endpoint: string;
  readonly jwks_uri: string;
}

/** A provider as data: a row of the catalogue, or what the user configured. Strings may hold `{host}`, `{api}`, `{tenant}`. */
export interface Provider {
  /** `^[a-z0-9][a-z0-9._-]{0,63}$`; also the key in the configuration and the middle of the variables' names. */
  readonly name: string;
  /** The name a person knows. */
  readonly label: string;
  /** The Issuer Identifier (RFC 8414 §2); for a provider without metadata, the value its `iss` would have. */
  readonly issuer: string;
  /** Where the metadata comes from, `resource`: as the server of a protected resource has it; `none`: `endpoints` is complete. */
  readonly discovery: 'openid' | 'oauth' | 'any' | 'resource' | 'none';
  /** The identifier of the protected resource that its tokens are for (RFC 8707 §2); absent: not asked for. */
  readonly resource?: string;
  /** The server is known to refuse the parameter `resource`, so it is not sent. */
  readonly isResourceUnsent?: true;
  /** The person goes by an address that names this server. */
  readonly identity?: Identity;
  /** Its metadata, where they were found before; they are not looked for again. */
  readonly published?: object;
  /** Win over discovered ones. */
  readonly endpoints: Partial<Endpoints>;
  /** Self-hosted: the host when none is given, and the base of its API by host (first match wins; `*.` matches subdomains, `*` all). */
  readonly hosts?: {
    readonly default: string;
    readonly api?: readonly (readonly [pattern: string, api: string])[];
    /** An installation below a path of its host publishes metadata there, so its address is its issuer. */
    readonly belowPath?: 'issuer';
  };
  /** The `{tenant}` when none is given. */
  readonly tenant?: string;
  /** Tenants are names in which capitals count and underscores may stand; absent: ids and domains, in small letters. */
  readonly tenantNames?: 'exact';
  /** Tenants that stand for many, in small letters: their metadata names no issuer that could be compared. */
  readonly sharedTenants?: readonly string[];
  readonly scopes: readonly string[];
  /**
   * They belong to OpenID Connect, and a server without it may refuse them. So they are asked for only where the
   * metadata is OpenID's or lists them.
   */
  readonly areScopesOpenid?: boolean;
  /** The name under which a granted scope comes back where it differs from the one asked for: a full one, or a wider one. */
  readonly scopeAliases?: Readonly<Record<string, string>>;
  readonly scopeSeparator: ' ' | ',';
  readonly pkce: PkcePolicy;
  /** The method when a client secret is known; a client without one uses `none`. */
  readonly clientAuthentication: Exclude<ClientAuthentication, 'none'>;
  readonly clientSecret: 'required' | 'optional' | 'none';
  readonly redirect: RedirectPolicy;
  readonly offlineAccess: OfflineAccess;
  /** The scopes that ask for tokens that expire soon and are refreshed (`--short-lived`). */
  readonly shortLived?: { readonly scopes: readonly string[] };
  /** Why its refresh tokens may end soon, whatever happens (`refresh_token_expires_in` in the token reply); a clause. */
  readonly refreshTokenEnds?: string;
  /** Days for which a refresh token can be used, from when it was issued or used last. */
  readonly refreshTokenDays?: number;
  /** The most likely causes of errors of its token endpoint, as clauses. The first that fits counts. */
  readonly refusals?: readonly {
    readonly request: 'refresh';
    readonly error: string;
    readonly reason: string;
  }[];
  /** The values of `prompt` that the provider knows (OpenID Connect Core §3.1.2.1); metadata wins over it. */
  readonly promptValues?: readonly string[];
  /** How it answers authorization requests, where that is not in the query. */
  readonly responseMode?: ResponseMode;
  /** Its authorization requests are request objects (RFC 9101), whatever its metadata say. */
  readonly requestObject?: 'signed' | 'encrypted';
  /** `required`: its authorization requests are pushed (RFC 9126), whatever its metadata say. */
  readonly pushedRequests?: 'required';
  /** Sent with every authorization request. */
  readonly authorizationParameters: Readonly<Record<string, string>>;
  readonly tokenRequest?: TokenRequestForm;
  readonly tokenReply?: TokenReplyMap;
  /** Audiences an ID Token may name besides the client (OpenID Connect Core §3.1.3.7). */
  readonly trustedAudiences?: readonly string[];
  /** `optional`: the provider is known to leave the nonce out of its ID Tokens (OpenID Connect Core §3.1.3.7). */
  readonly idTokenNonce?: 'optional';
  /** Issuers an ID Token may name besides `issuer`; `{tenantid}` stands for the token's `tid`. */
  readonly idTokenIssuers?: readonly string[];
  readonly profile: ProfileRequest;
  /** Nobody is asked for the profile, although the metadata may name a UserInfo endpoint. */
  readonly withoutUserInfo?: boolean;
  /** Where the access token may be sent besides the UserInfo endpoint: https origins; only their origins count. */
  readonly apiOrigins?: readonly string[];
  /** Headers of every request to the API; values may hold `{client_id}`. */
  readonly apiHeaders?: Readonly<Record<string, string>>;
  /** Variables in which programs look for the address of the API, each with that address. */
  readonly apiVariables?: Readonly<Record<string, string>>;
  readonly tokenPresentation?: TokenPresentation;
  /** Its tokens are bound to a key (RFC 9449); `offered`: a bearer token in their place is taken. */
  readonly dpop?: 'required' | 'offered';
  /** The client shows a certificate, so the endpoints for that are used, where there are some (RFC 8705 §5). */
  readonly showsCertificate?: true;
  readonly git?: TokenAsPassword;
  /** Its registry of container images. */
  readonly registry?: TokenAsPassword;
  readonly revocation: Revocation;
  /** Of a provider that is signed in to with OAuth 1.0a (RFC 5849); it has no endpoints of OAuth 2.0. */
  readonly oauth1?: OAuth1Server;
  /** The same provider by OAuth 1.0a, where it offers that besides OAuth 2.0 (`--oauth1`). */
  readonly byOAuth1?: () => Provider;
  /** Of a provider whose device authorization grant has ways of its own. */
  readonly device?: DeviceGrantRules;
  readonly registration?: Registration;
  /** How this tool gets a client there by itself; a server of no preset may offer it in its metadata (RFC 8414 §2). */
  readonly selfRegistration?: SelfRegistration;
  /** The downloaded client file that `setup --from` reads. */
  readonly clientFile?: 'google';
  /** Page on which the End-User can review and withdraw access. */
  readonly reviewPage?: string;
  /** Further hosts of its console, whose addresses people paste; in small letters. */
  readonly consoles?: readonly string[];
  readonly quirks: readonly Quirk[];
  /** Sentences for `providers NAME`: what surprises people. */
  readonly notes: readonly string[];
  /** Absent for a provider that the user defined. */
  readonly confidence?: Confidence;
  /** Sentences for `providers NAME`: what is not sure. */
  readonly doubts?: readonly string[];
  /** The path of its file, where that is no part of this package. */
  readonly addedFile?: string;
}

/** A provider whose every endpoint is known and checked; fixed before the browser opens (RFC 9700 §4.4). */
export interface ResolvedProvider extends Provider {
  readonly metadata: AuthorizationServer;
  /** The endpoints that come from metadata and not from the provider's own row. */
  readonly discovered: readonly (keyof Endpoints)[];
  /** The value of `{host}`. */
  readonly host?: string;
}
