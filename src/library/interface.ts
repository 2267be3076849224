import type { OAuthLoginError } from '../ground/errors.ts';
import type { SignInEvent } from '../output/sign-in-event.ts';

/** Who is signed in, in the claims of OpenID Connect Core §5.1, the same shape for every provider. */
export interface Profile {
  /** The name of the provider that says so. */
  readonly provider: string;
  /** Stable identifier of the person at this provider. */
  readonly sub: string;
  readonly preferred_username?: string;
  readonly name?: string;
  /** A label, never a key. */
  readonly email?: string;
  /** Absent when the provider does not say. */
  readonly email_verified?: boolean;
  readonly picture?: string;
  readonly profile?: string;
  /** The provider's own document. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Whose accounts are meant. */
export interface StoreOptions {
  /**
   * The name of your program, such as `acme`: then it has accounts, a configuration, an item in the keychain and pages of
   * its own. Without a name, it shares the accounts of the command `oauth-login`.
   */
  readonly name?: string;
  /** Opens a store that a passphrase protects; without it, `OAUTH_LOGIN_PASSPHRASE` counts. */
  readonly passphrase?: string;
}

/** Which account is meant. */
export interface FindAccountOptions extends StoreOptions {
  /** A user name, an e-mail address, a subject or an identifier. */
  readonly account?: string;
  /** The host of a provider that has many. */
  readonly host?: string;
  /** The tenant of a provider that has tenants. */
  readonly tenant?: string;
  /** The exact Issuer Identifier. */
  readonly issuer?: string;
  readonly signal?: AbortSignal;
}

/** How to sign in; `account` stays out, since the person says who they are. */
export interface SignInOptions extends Omit<FindAccountOptions, 'account'> {
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** In place of the provider's usual ones. */
  readonly scopes?: readonly string[];
  /**
   * Is told what happens. With it, the terminal of your program is left alone, and no question is asked. Without it, the
   * person at the terminal is told and asked. What it throws ends the sign-in.
   */
  readonly show?: (event: SignInEvent) => unknown;
  /** `false`: the browser is not opened, and `show` gets the address. */
  readonly openBrowser?: boolean;
  /** Uses the device grant. */
  readonly device?: boolean;
  readonly redirectUri?: string;
  /** The user name or e-mail address that the provider offers first. */
  readonly loginHint?: string;
  /** More parameters of the authorization request. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Seconds that the person has, from 1 to 3600; 300 by default. */
  readonly timeout?: number;
  /** Where the key is kept that protects the accounts; by default the keychain. */
  readonly store?: 'keychain' | 'passphrase' | 'file';
  /** Has the tokens bound to a key of the account (DPoP): `request` signs with it, and `token` gives none. */
  readonly dpop?: boolean;
  /** A PEM file with the certificate that your client shows to servers that ask for one (mTLS). */
  readonly clientCertificateFile?: string;
  /** Its private key, if that is in a different file. */
  readonly clientCertificateKeyFile?: string;
  /** A PEM file of certificate authorities, in addition to the built-in ones. */
  readonly caFile?: string;
  /** Allows plain http to a loopback address. */
  readonly allowHttpLoopback?: boolean;
  /** The person agrees that an API gets tokens of a server of another origin; the event `resource` names it. */
  readonly agree?: boolean;
}

/** What a token has to be good for. */
export interface TokenOptions {
  /** Seconds that the token is valid at least; 60 by default. A server may give tokens that live shorter. */
  readonly minValidity?: number;
  /** Scopes that the token must have. */
  readonly scopes?: readonly string[];
  /** The address of the API that the token is for. */
  readonly audience?: string;
  readonly signal?: AbortSignal;
}

/** An access token that is valid now. */
export interface AccessToken {
  readonly token: string;
  /** Absent: the server did not say. */
  readonly expiresAt?: Date;
}

/** How to sign out. */
export interface SignOutOptions {
  /** Deletes the account even when its tokens could not be revoked. */
  readonly forget?: boolean;
  readonly signal?: AbortSignal;
}

/** What became of the tokens of an account that was signed out. */
export interface SignedOut {
  /**
   * `revoked`: by the provider. `access-token-left`: the refresh token was revoked, and the access token is valid until it
   * expires. `not-offered`: the provider revokes none. `failed` and `not-asked`: with `forget` only; `error` says why.
   * `gone`: the account was signed out before.
   */
  readonly revocation: 'revoked' | 'access-token-left' | 'not-offered' | 'failed' | 'not-asked' | 'gone';
  readonly error?: OAuthLoginError;
  /** The page on which the person can withdraw the access. */
  readonly reviewPage?: string;
}

/** Somebody who is signed in. Each method rejects with an `OAuthLoginError`. */
export interface Account {
  /** Absent: a variable such as `OAUTH_LOGIN_GITHUB_TOKEN` supplies the token. */
  readonly id?: string;
  /** The name of the provider. */
  readonly provider: string;
  readonly issuer?: string;
  /** The granted scopes, as far as they are known. */
  readonly scopes: readonly string[];
  /** Who it is; absent when the provider does not say. */
  readonly profile?: Profile;
  /** Gives an access token that is valid now, refreshed first where needed. Never waits for a person. */
  token(options?: TokenOptions): Promise<AccessToken>;
  /**
   * Sends a request with the token, as `fetch` does, and follows no redirect. It rejects for an origin that the token was
   * not issued for, before anything is sent.
   */
  request(url: string | URL, init?: RequestInit): Promise<Response>;
  /** Revokes the tokens at the provider and deletes them here. */
  signOut(options?: SignOutOptions): Promise<SignedOut>;
}
