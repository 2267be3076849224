import { instant, oneOf, optional, record, text, texts, type ValueOf } from '../ground/stored-record.ts';
import type { StoreKind } from '../secrets/store-kind.ts';

/** Reads the readable part of the file of a sign-in in two calls; `undefined` for any other value. */
export const readBegunHead = record({
  /** By `newSignInId`. */
  id: text,
  grant: oneOf('authorization_code', 'device_code'),
  /** The version of this tool that wrote the sealed part, which no other version understands. */
  version: text,
  provider: text,
  /** The provider as people know it. */
  label: text,
  /** What to type after `oauth-login` to begin the same sign-in again. */
  target: text,
  /** ISO 8601 instants. */
  startedAt: instant,
  expiresAt: instant,
  /** The person has answered, and the code is being exchanged: it is not to be exchanged again. */
  answeredAt: optional(instant),
  /** How it ended; the sealed part is empty then. */
  ended: optional(
    record({
      at: instant,
      /** The account that it made. */
      account: optional(text),
      /** When that account signed in, which tells it from a later one of the same name. */
      signedInAt: optional(instant),
      missingScopes: optional(texts),
      /** The code and the message of the error that ended it. */
      code: optional(text),
      message: optional(text),
    }),
  ),
});

/** The readable part of a sign-in in two calls. */
export type BegunSignInHead = ValueOf<typeof readBegunHead>;

/** A sign-in in two calls that waits for the person, or has ended not long ago. */
export interface BegunSignIn {
  readonly head: BegunSignInHead;
  readonly store: StoreKind;
}
