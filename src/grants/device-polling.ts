import type { Context } from '../ground/context.ts';
import { durationText } from '../ground/duration.ts';
import { AuthorizationServerError, NetworkError, ProtocolError } from '../ground/errors.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import type { DeviceRequest } from './sign-in-request.ts';

/** Seconds added to the interval by `slow_down`, for good (RFC 8628 §3.5). */
const SLOW_DOWN_SECONDS = 5;
/** Longest pause between two polls after a network failure, in seconds. The server may ask for a longer one. */
const LONGEST_BACK_OFF_SECONDS = 60;
/** Failures of the server in a row after which it counts as broken. */
const MOST_SERVER_FAILURES = 5;
/** Seconds between two messages about the time that is left. */
const TICK_SECONDS = 1;

/** What the person has to do meanwhile, in the words of an error. */
export interface PollingWords {
  /** What ends, such as `the code`. */
  readonly what: string;
  /** What nobody did, such as `entered the code`. */
  readonly deed: string;
  /** What to do for another try, such as `for a new code`. */
  readonly again: string;
  /** The flag that chose this way. */
  readonly flag: string;
}

const deviceWords: PollingWords = {
  what: 'the code',
  deed: 'entered the code',
  again: 'for a new code',
  flag: '--device',
};

/** How a server is polled for one device code or one request; all of it in seconds. */
export interface Polling {
  readonly interval: number;
  /** Until the code expires. */
  readonly expiresIn: number;
  /** Until the wait is over; no more than that. */
  readonly timeoutSeconds: number;
}

/**
 * Asks the token endpoint until the person has entered the code, or agreed: the first time after one interval.
 *
 * Throws `as_access_denied`, `as_expired_token`, `login_timeout` where a shorter time was asked for, and whatever else the
 * server answers; a network that is down for a while does not end the wait.
 *
 * @see [RFC 8628 §3.5](https://www.rfc-editor.org/rfc/rfc8628.html#section-3.5)
 */
export async function pollForTokens(
  request: DeviceRequest,
  authorization: Polling,
  exchange: () => Promise<TokenSet>,
  context: Context,
  words = deviceWords,
): Promise<TokenSet> {
  const end = context.clock.monotonic() + authorization.timeoutSeconds * 1000;
  const isCutShort = authorization.timeoutSeconds < authorization.expiresIn;
  let interval = authorization.interval;
  let failures = 0;
  for (;;) {
    if (!(await pause(interval, end, request, context))) {
      throw isCutShort ? timedOut(request, words) : expired(request, words);
    }
    try {
      return await exchange();
    } catch (error) {
      context.signal.throwIfAborted();
      failures = isServerFailure(error) ? failures + 1 : 0;
      if (failures === MOST_SERVER_FAILURES) {
        throw failing(error, words);
      }
      if (error instanceof NetworkError) {
        request.progress.pollFailed(error);
        interval = Math.max(interval, Math.min(interval * 2, LONGEST_BACK_OFF_SECONDS));
      } else if (!(error instanceof AuthorizationServerError)) {
        throw error;
      } else if (error.error === 'slow_down') {
        interval = slowedDown(interval, error);
        if ((error.interval ?? 0) >= authorization.expiresIn) {
          throw noFurtherPoll(request, words);
        }
      } else if (error.error !== 'authorization_pending') {
        throw error;
      }
    }
  }
}

/** The interval after a `slow_down`, in seconds, for good (RFC 8628 §3.5). */
export function slowedDown(
  interval: number,
  { interval: asked = 0 }: Pick<AuthorizationServerError, 'interval'>,
): number {
  return Math.max(interval + SLOW_DOWN_SECONDS, asked);
}

/** Whether it is the server that fails, and not the way to it (RFC 9110 §15.6). */
function isServerFailure(error: unknown): error is NetworkError {
  return error instanceof NetworkError && error.code === 'network_server_error';
}

/** The code may still be good, but a server that fails each time will not say so. */
function failing(error: unknown, { flag }: PollingWords): unknown {
  if (!isServerFailure(error)) {
    return error;
  }
  return new NetworkError(
    'network_server_error',
    `${error.message}, ${MOST_SERVER_FAILURES} times in a row`,
    {
      hint: `the server has a problem: tell its operator, or sign in with a browser, without ${flag}`,
      cause: error,
    },
  );
}

/** Waits for the interval, and tells how much time is left; gives `false` when the whole time is over. */
async function pause(
  interval: number,
  end: number,
  request: DeviceRequest,
  context: Context,
): Promise<boolean> {
  const until = context.clock.monotonic() + interval * 1000;
  for (;;) {
    const now = context.clock.monotonic();
    if (now >= end) {
      return false;
    }
    if (now >= until) {
      return true;
    }
    request.progress.remaining(Math.ceil((end - now) / 1000));
    await context.clock.sleep(Math.min(TICK_SECONDS * 1000, until - now, end - now), context.signal);
  }
}

function expired({ provider }: DeviceRequest, { what, again }: PollingWords): AuthorizationServerError {
  return new AuthorizationServerError('expired_token', `${what} for ${provider.label} has expired`, {
    hint: `run the command again ${again}`,
  });
}

/**
 * The error when the server allows no further poll before the code expires. The person may still enter the code,
 * but this program would never learn of it.
 */
function noFurtherPoll({ provider }: DeviceRequest, { what }: PollingWords): ProtocolError {
  return new ProtocolError(
    'protocol_invalid_response',
    `${provider.label} does not allow another request before ${what} expires`,
    { hint: 'nothing was stored; sign in with a browser instead, or tell the operator of the server' },
  );
}

function timedOut({ provider, timeoutSeconds }: DeviceRequest, { deed, again }: PollingWords): NetworkError {
  const time = durationText(timeoutSeconds);
  return new NetworkError('login_timeout', `nobody ${deed} for ${provider.label} within ${time}`, {
    hint: `run the command again ${again}; --timeout waits longer`,
  });
}
