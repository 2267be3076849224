/** What a person has to do once to get a client identifier. */
export interface Registration {
  /** May hold `{host}`. */
  readonly page: string;
  /** What the page calls the client identifier and the client secret, for the prompts. */
  readonly terms: { readonly clientId: string; readonly clientSecret?: string };
  /** What every client identifier of the provider looks like, where that is known. */
  readonly clientIdKind?: 'uuid' | 'digits' | 'google';
  /** The kind of client that the steps lead to, when no redirect URI is entered for it. */
  readonly withoutRedirectUri?: string;
  /** Query parameters that fill in the page; `{redirect_uri}` stands for the URI to register. */
  readonly prefill?: Readonly<Record<string, string>>;
  /** One sentence each, in order; `{redirect_uri}` stands for the URI to register. */
  readonly steps: readonly string[];
}

/**
 * How this tool gets a client by itself: any is accepted, the identifier says all that there is to know of it, or one is made
 * at an endpoint (RFC 7591, or Mastodon's own).
 */
export type SelfRegistration =
  | { readonly kind: 'atproto-localhost' }
  | { readonly kind: 'any'; readonly client_id: string }
  | { readonly kind: 'mastodon'; readonly endpoint: string }
  | { readonly kind: 'rfc7591'; readonly endpoint?: string };

/** Whether there is a client without any registration. */
export function needsNoRegistration(own: SelfRegistration | undefined): boolean {
  return own?.kind === 'any' || own?.kind === 'atproto-localhost';
}
