import type { Context } from '../context.ts';
import type { AccountHead, AccountSecrets } from './account.ts';

/** An account with its secrets opened. */
export interface OpenAccount {
  readonly head: AccountHead;
  readonly secrets: AccountSecrets;
}

/** How fresh an access token has to be. */
export interface Freshness {
  /** The access token has to be good for at least this long. */
  readonly minValiditySeconds: number;
  /** The account was listed a moment ago: what was read of it then need not be read again. */
  readonly isJustListed?: boolean;
  /** Refresh even when the stored token would do. */
  readonly force?: boolean;
  readonly trace?: (line: string) => void;
}

/** Milliseconds a stored instant may lie ahead before the clock counts as set back. */
const CLOCK_TOLERANCE = 60_000;

/** Whether the stored access token is good for that long; one without a known end counts as good. */
export function isFresh(head: AccountHead, freshness: Freshness, { clock }: Pick<Context, 'clock'>): boolean {
  const now = clock.now().getTime();
  // The refresh token was refused, which leaves the access token its time; or the access token itself was.
  if (head.needsLogin !== undefined && (!head.hasRefreshToken || head.expiresAt === undefined)) return false;
  if (head.expiresAt === undefined) return true;
  if (now < Date.parse(head.issuedAt) - CLOCK_TOLERANCE) return false;
  return Date.parse(head.expiresAt) - now >= freshness.minValiditySeconds * 1000;
}
