/** A callback that passed every check up to `state` and `iss` (RFC 6749 §4.1.2, RFC 9207). */
export interface AuthorizationResponse {
  /** The whole query, as received. */
  readonly parameters: URLSearchParams;
  /** Whether the browser that fetched the start link is the one that came back. */
  readonly browser: 'same' | 'start-link-unused' | 'unconfirmed';
}

/** Who signed in, as far as it is known; each text once. */
export interface PagePerson {
  /** The best of the names there are. */
  readonly name: string;
  /** Where it is another one than `name`. */
  readonly userName?: string;
  /** Where it is another one than `name`. */
  readonly email?: string;
}

/**
 * What the browser is told at the end. Every text comes from this tool or is verified; none comes from the
 * callback.
 */
export type PageOutcome =
  | {
      readonly kind: 'signed-in';
      readonly provider: string;
      /** Absent: it is not known who signed in. */
      readonly person?: PagePerson;
      readonly scopes: readonly string[];
      /** What to type next; absent where nothing was kept. */
      readonly command?: string;
    }
  | { readonly kind: 'signed-out'; readonly provider: string }
  /** The sign-in is tried once more, in another tab. */
  | { readonly kind: 'goes-on'; readonly provider: string }
  | { readonly kind: 'refused'; readonly provider: string; readonly next: string }
  | {
      readonly kind: 'failed';
      readonly provider: string;
      readonly code: string;
      readonly what: string;
      readonly next: string;
    };
