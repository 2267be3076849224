/**
 * A network in which a person goes by an address that names its server: what was signed in to, and what the answer is
 * compared with before anything is stored.
 */
export type Identity = IndieAuthIdentity;

/** A profile URL (IndieAuth §3.2). */
export interface IndieAuthIdentity {
  readonly kind: 'indieauth';
  /** The profile URL that was typed, and those that it redirects to. */
  readonly addresses: readonly string[];
}
