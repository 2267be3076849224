import type { AccountHead, OpenAccount } from '../accounts/account.ts';
import type { AccountReserve } from '../accounts/account-reserve.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { type AuthorizationServerError, NetworkError } from '../ground/errors.ts';
import { UNEXPLAINED } from '../protocol/library-errors.ts';
import type { RefreshReply } from '../protocol/refresh-reply.ts';
import { failureRecord } from './failed-refresh.ts';
import { signInAgain } from './sign-in-again.ts';

/** How a refresh failed, and where. */
interface FailedRefresh {
  readonly context: Pick<Context, 'clock'>;
  /** Whether the server refused the refresh token itself. */
  readonly isRejection: (error: unknown) => error is AuthorizationServerError;
}

/** Writes down how the refresh failed, and gives the error to throw. */
export function noteFailure(
  error: unknown,
  before: AccountHead,
  { head, secrets }: OpenAccount,
  reply: RefreshReply | undefined,
  reserve: AccountReserve,
  { context: { clock }, isRejection }: FailedRefresh,
): unknown {
  const { unfinishedRefresh, failedRefresh: _failedRefresh, ...rest } = head;
  const refused = `${head.label} refused the refresh token`;
  if (isRejection(error) && error.error !== UNEXPLAINED) {
    const likely = error.likelyReason === undefined ? '' : `: ${error.likelyReason}`;
    const reason = `${refused} (${error.error})${likely}${unansweredText(before)}`;
    reserve.write({ ...rest, needsLogin: reason }, secrets);
    return signInAgain(head, reason);
  }
  // A reply without a reason may be the page of a proxy, so the next command tries again.
  const told = isRejection(error)
    ? signInAgain(head, `${refused} (status ${error.status}, without a reason)${unansweredText(before)}`)
    : error;
  const mark = hasNoAnswer(error, reply) ? before.unfinishedRefresh : unfinishedRefresh;
  const isAnswered = reply?.isDocument === true && reply.status < 500 && mark?.state !== 'rotated';
  const failedRefresh = failureRecord(told, reply, clock.now());
  reserve.write(
    {
      ...rest,
      ...(mark === undefined || isAnswered ? {} : { unfinishedRefresh: mark }),
      ...defined({ failedRefresh }),
    },
    secrets,
  );
  return told;
}

/** Whether the request cannot have reached the server. */
function hasNoAnswer(error: unknown, reply: RefreshReply | undefined): boolean {
  return reply === undefined && error instanceof NetworkError && error.neverSent;
}

/** Tells that an earlier request, whose answer was not kept, may have spent the refresh token. */
function unansweredText({ unfinishedRefresh: before }: AccountHead): string {
  if (before?.state !== 'sent') {
    return '';
  }
  const instant = before.sentAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC');
  return `; the reply to a refresh that was sent at ${instant} was not stored, because the process was stopped before that, or the connection was lost`;
}
