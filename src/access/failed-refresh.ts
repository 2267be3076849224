import type { AccountHead, FailedRefresh } from '../accounts/account.ts';
import type { OAuthLoginError } from '../ground/errors.ts';
import { isShared, sharedError } from '../ground/shared-error.ts';
import type { RefreshReply } from '../protocol/refresh-reply.ts';

/** Seconds without a request to a server in trouble that does not say how long to wait. */
const BACK_OFF = 5;
/** Longest wait that the server can ask for, in seconds. */
const LONGEST_BACK_OFF = 300;

/**
 * What is kept of a failed refresh, for the processes that wait for it; `undefined` for a failure that says nothing
 * about the server. A server that is overloaded or broken (429, 5xx) gets no request for a while (RFC 9110 §10.2.3,
 * RFC 6585 §4).
 */
export function failureRecord(
  error: unknown,
  reply: RefreshReply | undefined,
  now: Date,
): FailedRefresh | undefined {
  if (!isShared(error)) {
    return undefined;
  }
  const isInTrouble = reply !== undefined && (reply.status === 429 || reply.status >= 500);
  const seconds = isInTrouble ? Math.min(reply.retryAfter ?? BACK_OFF, LONGEST_BACK_OFF) : 0;
  const until = new Date(now.getTime() + seconds * 1000).toISOString();
  const { code, message, hint } = error;
  return { failedAt: now.toISOString(), ...(seconds > 0 ? { until } : {}), code, message, hint };
}

/**
 * The failed refresh that answers a caller who has read the account as `head` and now reads it as `latest`. It
 * happened after the first look, or the time to wait after it has not passed. `undefined` when the server may be
 * asked.
 */
export function failureToShare(
  head: AccountHead,
  latest: AccountHead,
  now: Date,
): OAuthLoginError | undefined {
  const failure = latest.failedRefresh;
  if (failure === undefined) {
    return undefined;
  }
  if (failure.failedAt !== head.failedRefresh?.failedAt) {
    return sharedError(failure);
  }
  const seconds = Math.ceil((Date.parse(failure.until ?? failure.failedAt) - now.getTime()) / 1000);
  // The time is longer than any wait: the clock was set back.
  if (seconds <= 0 || seconds > LONGEST_BACK_OFF) {
    return undefined;
  }
  const message = `${failure.message}; the next request to it is possible in ${seconds} s`;
  return sharedError({ ...failure, message });
}
