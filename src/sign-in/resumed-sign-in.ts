import type { BegunSignIn, BegunSignInHead } from '../accounts/begun-sign-in.ts';
import { expiredSignIn, finishedSignIn } from '../accounts/begun-sign-in-errors.ts';
import type { BegunSignIns } from '../accounts/begun-sign-ins.ts';
import { lockPath, openLockUnless } from '../accounts/lock.ts';
import type { Session } from '../accounts/session.ts';
import type { GrantedSignIn } from '../grants/sign-in-request.ts';
import { defined } from '../ground/defined.ts';
import { NetworkError, OAuthLoginError } from '../ground/errors.ts';
import { type BegunRecord, sealedRecord } from './begun-record.ts';
import { keepSignIn } from './keep-sign-in.ts';
import type { SignInPorts } from './ports.ts';
import { missingScopes, type SignedIn } from './sign-in.ts';
import { finished } from './sign-in-rounds.ts';
import type { ReadySignIn } from './stages.ts';

/** How a sign-in in two calls stands. The last three are answers of `once` alone; otherwise they are errors. */
export type Resumed =
  | { readonly kind: 'done'; readonly signedIn: SignedIn }
  /** `interval`: seconds after which to ask again, where the server is asked at all. */
  | { readonly kind: 'pending'; readonly head: BegunSignInHead; readonly interval?: number }
  | { readonly kind: 'denied'; readonly head: BegunSignInHead }
  | { readonly kind: 'expired'; readonly head: BegunSignInHead };

/** A sign-in that goes on. */
export interface ResumedSignIn {
  readonly begun: BegunSignIn;
  readonly record: BegunRecord;
  readonly ready: ReadySignIn;
  readonly signIns: BegunSignIns;
  readonly session: Session;
  readonly ports: SignInPorts;
  readonly once: boolean;
  /** Seconds until the sign-in is over. */
  readonly left: number;
}

/**
 * The outcome of a sign-in that has ended; `undefined` for one that has not. Throws an `AuthenticationRequiredError` for
 * one that made no account, or whose account is not here any more.
 */
export async function endedOutcome(
  head: BegunSignInHead,
  { once }: { readonly once: boolean },
  { store }: Session,
): Promise<Resumed | undefined> {
  const { ended } = head;
  if (ended === undefined) {
    return undefined;
  }
  const account = ended.account === undefined ? undefined : await store.read(ended.account);
  if (account !== undefined && account.signedInAt === ended.signedInAt) {
    const signedIn = { account, isKept: true, missingScopes: ended.missingScopes ?? [] };
    return { kind: 'done', signedIn };
  }
  if (once && ended.code === 'as_access_denied') {
    return { kind: 'denied', head };
  }
  if (once && ended.code === 'as_expired_token') {
    return { kind: 'expired', head };
  }
  throw finishedSignIn(head);
}

/**
 * Runs work while no other process of this user goes on with the same sign-in. When another one ends it before, that is
 * the outcome. `patience` is in milliseconds.
 *
 * Throws a `StoreError`, `store_busy`, when the other process takes longer than that.
 */
export async function inSignInTurn(
  resumed: ResumedSignIn,
  work: (head: BegunSignInHead) => Promise<Resumed>,
  patience?: number,
): Promise<Resumed> {
  const { signIns, session, begun } = resumed;
  const { id } = begun.head;
  const { context } = session;
  let seen: string | undefined;
  const look = async () => {
    const mark = signIns.markOf(id);
    if (mark === seen) {
      return undefined;
    }
    seen = mark;
    return endedOutcome(signIns.read(id).head, resumed, session);
  };
  const opened = await openLockUnless(lockPath(context.paths, `sign-in ${id}`), context, look, patience);
  if ('settled' in opened) {
    return opened.settled;
  }
  try {
    const { head } = signIns.read(id);
    return (await endedOutcome(head, resumed, session)) ?? (await work(head));
  } finally {
    opened.release();
  }
}

/**
 * Obtains the tokens and keeps the account, and writes down how that ended, so that nobody tries it once more. An error
 * of which `isPassing` is true leaves the sign-in as it was.
 *
 * Throws what `grant` throws, and what keeping the account leads to.
 */
export async function conclude(
  resumed: ResumedSignIn,
  grant: () => Promise<GrantedSignIn>,
  isPassing: (error: unknown) => boolean = isNeverSent,
): Promise<Resumed> {
  const { ready, record, session, ports, begun, signIns } = resumed;
  try {
    const granted = await grant();
    const account = await finished(granted, ready, session.context, () =>
      keepSignIn({ ...granted, ready, round: record.round }, session, ports),
    );
    const missing = missingScopes(account, ready.settings.provider);
    await end(resumed, { account: account.id, signedInAt: account.signedInAt, missingScopes: missing });
    return { kind: 'done', signedIn: { account, isKept: true, missingScopes: missing } };
  } catch (error) {
    if (isPassing(error)) {
      await signIns.write(begun, sealedRecord(record));
    } else if (error instanceof OAuthLoginError) {
      await end(resumed, { code: error.code, message: error.ownMessage });
    }
    throw error;
  }
}

/** Writes down that the sign-in has ended, without anything secret. */
export async function end(
  { begun, signIns, session }: ResumedSignIn,
  how: Omit<NonNullable<BegunSignInHead['ended']>, 'at'>,
): Promise<void> {
  const at = session.context.clock.now().toISOString();
  await signIns.write({ ...begun, head: { ...begun.head, ended: { at, ...defined(how) } } }, {});
}

/** A sign-in that nobody has finished in time: an answer of `once`, an `AuthenticationRequiredError` otherwise. */
export function expiredOutcome({ begun: { head }, once }: Pick<ResumedSignIn, 'begun' | 'once'>): Resumed {
  if (once) {
    return { kind: 'expired', head };
  }
  throw expiredSignIn(head);
}

/** The error for a call that has waited long enough: the sign-in itself may still wait. */
export function waitedLongEnough({ begun, ready, left }: ResumedSignIn): OAuthLoginError {
  const { head } = begun;
  if (ready.settings.timeoutSeconds >= left) {
    return expiredSignIn(head);
  }
  return new NetworkError('login_timeout', `nobody has finished the sign-in to ${head.label} yet`, {
    hint: `it still waits; go on with: oauth-login login --resume ${head.id}`,
  });
}

function isNeverSent(error: unknown): boolean {
  return error instanceof NetworkError && error.neverSent;
}
