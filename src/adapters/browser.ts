/** What is known of a browser that was asked to open a page. */
export interface BrowserLaunch {
  /** Resolves once the opener has ended: its exit code, or `null` when it was ended by a signal. */
  readonly exited: Promise<number | null>;
}
