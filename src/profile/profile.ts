import { anyObject, flag, optional, record, text, type ValueOf } from '../ground/stored-record.ts';

/** Reads a profile from a file: a fresh object without what does not belong there; `undefined` when it is none. */
export const readStoredProfile = record({
  /** The name of the provider that says so. */
  provider: text,
  /** Stable identifier of the End-User at this provider; always a string. */
  sub: text,
  preferred_username: optional(text),
  name: optional(text),
  /** A label, never a key. */
  email: optional(text),
  /** Absent when the provider does not say. */
  email_verified: optional(flag),
  picture: optional(text),
  profile: optional(text),
  /** The provider's own document. */
  raw: anyObject,
});

/** Who is signed in, in the claims of OpenID Connect Core §5.1, the same shape for every provider. */
export type Profile = ValueOf<typeof readStoredProfile>;
