import type { AccountHead } from '../accounts/account.ts';
import type { Context } from '../ground/context.ts';

/** How fresh an access token has to be. */
export interface Freshness {
  /** The access token has to be good for at least this long. */
  readonly minValiditySeconds: number;
  /** The account was listed a moment ago, so its file need not be read again. */
  readonly isJustListed?: boolean;
  /** Refresh even when the stored token would do. */
  readonly force?: boolean;
}

/** Milliseconds a stored instant may lie ahead before the clock counts as set back. */
const CLOCK_TOLERANCE = 60_000;

/** Milliseconds for which a token counts as new. */
const NEW_FOR = 30_000;

/**
 * Whether the stored access token is as good as another refresh would make it: its whole life is no longer than what
 * is asked for, and it has just begun.
 */
export function isJustIssued(
  head: AccountHead,
  { minValiditySeconds }: Freshness,
  context: Pick<Context, 'clock'>,
): boolean {
  if (!head.hasRefreshToken || head.expiresAt === undefined || !isValid(head, context)) {
    return false;
  }
  const life = Date.parse(head.expiresAt) - Date.parse(head.issuedAt);
  const age = context.clock.now().getTime() - Date.parse(head.issuedAt);
  return life <= minValiditySeconds * 1000 && age < Math.min(life / 2, NEW_FOR);
}

/** Whether the stored access token is good for that long; one without a known end counts as good. */
export function isFresh(head: AccountHead, freshness: Freshness, context: Pick<Context, 'clock'>): boolean {
  return secondsLeft(head, context) >= freshness.minValiditySeconds;
}

/** Whether the stored access token is good now. */
export function isValid(head: AccountHead, context: Pick<Context, 'clock'>): boolean {
  return secondsLeft(head, context) > 0;
}

/**
 * Whether the access token is useless, however much of its lifetime is left, because a server refused the token
 * itself. When a server refused the refresh token, the access token can be used until its known end.
 */
export function isWithdrawn({
  isTokenRefused,
  needsLogin,
  hasRefreshToken,
  expiresAt,
}: AccountHead): boolean {
  return (
    isTokenRefused === true || (needsLogin !== undefined && (!hasRefreshToken || expiresAt === undefined))
  );
}

/** Seconds for which the stored access token is good; minus infinity for a token that must not be used. */
function secondsLeft(head: AccountHead, { clock }: Pick<Context, 'clock'>): number {
  if (isWithdrawn(head)) {
    return Number.NEGATIVE_INFINITY;
  }
  const now = clock.now().getTime();
  if (head.expiresAt === undefined) {
    return Number.POSITIVE_INFINITY;
  }
  if (now < Date.parse(head.issuedAt) - CLOCK_TOLERANCE) {
    return Number.NEGATIVE_INFINITY;
  }
  return (Date.parse(head.expiresAt) - now) / 1000;
}
