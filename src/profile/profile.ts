/** Who is signed in, in the claims of OpenID Connect Core §5.1, the same shape for every provider. */
export interface Profile {
  /** The name of the provider that says so. */
  readonly provider: string;
  /** Stable identifier of the End-User at this provider; always a string. */
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
