import type { BegunSignInHead } from '../accounts/begun-sign-in.ts';
import { finishedSignIn } from '../accounts/begun-sign-in-errors.ts';
import { type Callback, reopenCallback } from '../grants/callback.ts';
import { expectationOf, redeemCode } from '../grants/code-attempt.ts';
import { lastPage } from '../grants/last-page.ts';
import type { SignInOutcome } from '../grants/sign-in-request.ts';
import { waitForResponse } from '../grants/wait-for-response.ts';
import { AuthorizationServerError, NetworkError, ProtocolError } from '../ground/errors.ts';
import type { AuthorizationResponse } from '../loopback/authorization-response.ts';
import { type BegunCode, sealedRecord } from './begun-record.ts';
import { AnsweredElsewhere, otherWays, pipedAtOnce } from './other-answers.ts';
import {
  conclude,
  end,
  inSignInTurn,
  type Resumed,
  type ResumedSignIn,
  waitedLongEnough,
} from './resumed-sign-in.ts';
import { grantRequest } from './round-request.ts';

/**
 * Goes on with an authorization code grant: the response comes to the listener, from standard input, or from the
 * person at the terminal.
 *
 * Throws any error of the family.
 */
export async function resumeCode(resumed: ResumedSignIn, code: BegunCode): Promise<Resumed> {
  const { begun, once } = resumed;
  if (begun.head.answeredAt !== undefined) {
    return inSignInTurn(resumed, (head) => cutOff(resumed, head));
  }
  try {
    return await (once ? lookOnce(resumed, code) : waitForAnswer(resumed, code));
  } catch (error) {
    if (once && error instanceof AuthorizationServerError && error.error === 'access_denied') {
      return { kind: 'denied', head: begun.head };
    }
    throw error;
  }
}

async function lookOnce(resumed: ResumedSignIn, code: BegunCode): Promise<Resumed> {
  const { context } = resumed.session;
  const expected = expectationOf(code.attempt, requestOf(resumed, code), context);
  const response = await pipedAtOnce(resumed, code, expected).catch((error: unknown) =>
    refused(resumed, error),
  );
  return response === undefined
    ? { kind: 'pending', head: resumed.begun.head }
    : redeem(resumed, code, response, undefined);
}

async function waitForAnswer(resumed: ResumedSignIn, code: BegunCode): Promise<Resumed> {
  const { ports, session } = resumed;
  const { context } = session;
  const request = requestOf(resumed, code);
  const expected = expectationOf(code.attempt, request, context);
  const notice = ports.progress.listenerNotice;
  const callback = await reopenCallback(code.redirectUri, expected, notice, context);
  const over = new AbortController();
  try {
    const others = otherWays(resumed, code, expected, AbortSignal.any([over.signal, context.signal]));
    const heard = { ...callback, response: Promise.race([callback.response, ...others]) };
    let response: AuthorizationResponse;
    try {
      response = await waitForResponse(
        { request, context, callback: heard, expected },
        code.authorizationUri,
      );
    } catch (error) {
      if (error instanceof AnsweredElsewhere) {
        return await inSignInTurn(resumed, (head) => cutOff(resumed, head));
      }
      await callback.finish(lastPage({ kind: 'failed', error }, request));
      return await refused(resumed, error);
    }
    return await redeem(resumed, code, response, callback);
  } finally {
    over.abort();
    await callback.close();
  }
}

/** What was asked for stands in the address already; nothing of it is asked for again. */
function requestOf({ ready, ports, record }: ResumedSignIn, { redirectUri }: BegunCode) {
  return { ...grantRequest(ready, 'none', ports), scopes: record.round.scopes, redirectUri };
}

/** A refusal, or an answer that must not be trusted, ends the sign-in; anything else leaves it as it was. */
async function refused(resumed: ResumedSignIn, error: unknown): Promise<never> {
  if (error instanceof AuthorizationServerError || error instanceof ProtocolError) {
    await inSignInTurn(resumed, () => conclude(resumed, () => Promise.reject(error)));
  }
  if (error instanceof NetworkError && error.code === 'login_timeout') {
    throw waitedLongEnough(resumed);
  }
  throw error;
}

/** Another call has begun to exchange the code, and is gone without a result: the code may be spent. */
async function cutOff(resumed: ResumedSignIn, head: BegunSignInHead): Promise<never> {
  if (head.answeredAt === undefined) {
    throw waitedLongEnough(resumed);
  }
  await end(resumed, {});
  throw finishedSignIn(head);
}

/** Exchanges the code once, whatever number of calls has it, and keeps the account. */
async function redeem(
  resumed: ResumedSignIn,
  code: BegunCode,
  response: AuthorizationResponse,
  callback: Callback | undefined,
): Promise<Resumed> {
  const { session, signIns, begun, record } = resumed;
  const request = requestOf(resumed, code);
  const finish = async (outcome: SignInOutcome) => callback?.finish(lastPage(outcome, request));
  const outcome = await inSignInTurn(resumed, async (head) => {
    if (head.answeredAt !== undefined) {
      return cutOff(resumed, head);
    }
    const answeredAt = session.context.clock.now().toISOString();
    await signIns.write({ ...begun, head: { ...head, answeredAt } }, sealedRecord(record));
    return conclude(resumed, async () => {
      try {
        return { ...(await redeemCode(code.attempt, response, request, session.context)), finish };
      } catch (error) {
        await finish({ kind: 'failed', error });
        throw error;
      }
    });
  });
  if (outcome.kind === 'done') {
    // The call that exchanged the code may be another one.
    await finish({ kind: 'signed-in', account: outcome.signedIn.account, command: undefined });
  }
  return outcome;
}
