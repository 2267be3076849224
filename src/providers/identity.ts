/**
 * A network in which a person goes by an address that names its server: what was signed in to, and what the answer is
 * compared with before anything is stored.
 */
export type Identity = IndieAuthIdentity | AtprotoIdentity | SolidIdentity;

/** A profile URL (IndieAuth §3.2). */
export interface IndieAuthIdentity {
  readonly kind: 'indieauth';
  /** The profile URL that was typed, and those that it redirects to. */
  readonly addresses: readonly string[];
}

/** A DID, or a handle that leads to one (https://atproto.com/specs/did). */
export interface AtprotoIdentity {
  readonly kind: 'atproto';
  /** The address of the directory of `did:plc`. */
  readonly directory: string;
  /** Who was named before the sign-in; absent: anybody may sign in at the server. */
  readonly person?: AtprotoPerson;
}

/** A person of atproto, as the DID document has it. */
export interface AtprotoPerson {
  readonly did: string;
  /** Absent: there is none that leads back to this DID. */
  readonly handle?: string;
  /** The origin of the server that holds the person's data. */
  readonly pds: string;
  /** The authorization server that this one names. */
  readonly issuer: string;
}

/** A WebID (https://solidproject.org/TR/oidc). */
export interface SolidIdentity {
  readonly kind: 'solid';
  /** Who was named before the sign-in; absent: anybody may sign in at the server. */
  readonly webId?: string;
}
