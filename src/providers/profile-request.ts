/** Where a claim stands in the provider's own document: paths like `data.id`, the first one present wins. */
export type ClaimPath = string | readonly string[];

/** The map from the provider's document to OpenID Connect standard claims (OpenID Connect Core §5.1). */
export interface ProfileMap {
  readonly sub: ClaimPath;
  readonly preferred_username?: ClaimPath;
  readonly name?: ClaimPath;
  readonly email?: ClaimPath;
  /** `true`: the provider hands out no address that it has not verified. */
  readonly email_verified?: ClaimPath | true;
  readonly picture?: ClaimPath;
  /** May be an address built from the document: `https://x.com/{data.username}`. */
  readonly profile?: ClaimPath;
}

/** The request that asks who the End-User is. */
export interface ProfileRequest {
  /** Absolute URL, may hold `{host}` and `{api}`; absent: the UserInfo endpoint of the metadata. */
  readonly url?: string;
  readonly method?: 'GET' | 'POST';
  /** Values may hold `{client_id}`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Values may hold `{client_id}`. */
  readonly query?: Readonly<Record<string, string>>;
  /** Members of the JSON object that a POST request sends. */
  readonly json?: Readonly<Record<string, string>>;
  readonly map: ProfileMap;
  /** A second request that lists the e-mail addresses, when the first one leaves the e-mail out. */
  readonly emails?: {
    readonly url: string;
    /** Path of the list in the reply; absent: the reply is the list. */
    readonly list?: string;
    readonly email: string;
    readonly primary: string;
    readonly verified: string;
  };
}

/** The map of a provider whose UserInfo follows the standard (OpenID Connect Core §5.1, §5.3). */
export const standardClaims: ProfileMap = {
  sub: 'sub',
  preferred_username: 'preferred_username',
  name: 'name',
  email: 'email',
  email_verified: 'email_verified',
  picture: 'picture',
  profile: 'profile',
};
