import type { AuthorizationResponse } from '../loopback/authorization-response.ts';
import type { CodeExpectation } from '../loopback/callback-expectation.ts';
import type { BegunCode } from './begun-record.ts';
import { pipedResponse } from './piped-address.ts';
import type { ResumedSignIn } from './resumed-sign-in.ts';

/** Milliseconds between two looks whether another call has ended the sign-in. */
const LOOK_INTERVAL = 300;
/** Milliseconds for which a call that waits for nobody waits for what is piped in. */
const PIPE_PATIENCE = 2_000;

/** Another call has the answer, or has ended the sign-in. */
export class AnsweredElsewhere extends Error {}

/** The ways besides the listener; each promise settles only with a response or an error. */
export function otherWays(
  resumed: ResumedSignIn,
  { redirectUri }: BegunCode,
  expected: CodeExpectation,
  stop: AbortSignal,
): readonly Promise<AuthorizationResponse>[] {
  const { session } = resumed;
  const never = new Promise<never>(() => {});
  const piped = pipedResponse(redirectUri, expected, session.context, stop).then(
    (response) => response ?? never,
    (error: unknown) => (stop.aborted ? never : Promise.reject(error)),
  );
  const elsewhere = answeredElsewhere(resumed, stop).then(
    () => Promise.reject(new AnsweredElsewhere()),
    (error: unknown) => (stop.aborted ? never : Promise.reject(error)),
  );
  return [piped, elsewhere];
}

async function answeredElsewhere(
  { signIns, begun, session }: ResumedSignIn,
  stop: AbortSignal,
): Promise<void> {
  const { id } = begun.head;
  for (let seen = signIns.markOf(id); ; ) {
    await session.context.clock.sleep(LOOK_INTERVAL, stop);
    const mark = signIns.markOf(id);
    if (mark !== seen) {
      const { ended, answeredAt } = signIns.read(id).head;
      if (ended !== undefined || answeredAt !== undefined) {
        return;
      }
    }
    seen = mark;
  }
}

/** The response that is piped in now; `undefined` where nothing is. Throws as `pipedResponse` does. */
export async function pipedAtOnce(
  resumed: ResumedSignIn,
  { redirectUri }: BegunCode,
  expected: CodeExpectation,
): Promise<AuthorizationResponse | undefined> {
  const { context } = resumed.session;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), PIPE_PATIENCE);
  try {
    return await pipedResponse(
      redirectUri,
      expected,
      context,
      AbortSignal.any([late.signal, context.signal]),
    );
  } catch (error) {
    if (late.signal.aborted && error === late.signal.reason) {
      return undefined;
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
