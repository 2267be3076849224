/** What a setup finds out besides its result, and a person may want to know. */
export type SetupNote =
  /** The metadata does not list the method of PKCE that a sign-in with a browser needs. */
  | { readonly kind: 's256-not-listed'; readonly label: string }
  /** The token endpoint is on another origin, which is saved as the right one. */
  | { readonly kind: 'token-origin'; readonly label: string; readonly origin: string }
  /** The secret of the client that was registered ends on a day; `target` is what to register at again. */
  | { readonly kind: 'client-secret-ends'; readonly on: Date; readonly target: string };

/** Tells the person of a note. */
export type TellSetupNote = (note: SetupNote) => void;
