import { randomInt } from 'node:crypto';
import { failureCode } from './network-failure.ts';

const FURTHER_TRIES = 2;
const FIRST_PAUSE = 250;
/** Longest pause that a server may ask for, in milliseconds. A server that asks for more is not asked again. */
const LONGEST_PAUSE = 5_000;
const retryableStatus = new Set([429, 502, 503, 504]);
const retryableFailure = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_SOCKET',
]);

/** The result of a try: a reply, or a failure. */
export interface Outcome {
  readonly method: string;
  /** 0 for the first try. */
  readonly attempt: number;
  readonly response?: Response;
  readonly failure?: unknown;
  readonly now: Date;
}

/** Milliseconds to wait before the next try of an idempotent read; `undefined` when there is none (RFC 9110 §9.2.2). */
export function delayBeforeRetry(outcome: Outcome): number | undefined {
  if (outcome.method !== 'GET' || outcome.attempt >= FURTHER_TRIES) {
    return undefined;
  }
  const { response } = outcome;
  if (response === undefined) {
    return retryableFailure.has(failureCode(outcome.failure) ?? '') ? backOff(outcome.attempt) : undefined;
  }
  if (!retryableStatus.has(response.status)) {
    return undefined;
  }
  const asked = readRetryAfter(response.headers.get('retry-after'), outcome.now);
  if (asked === undefined) {
    return backOff(outcome.attempt);
  }
  return asked <= LONGEST_PAUSE ? asked : undefined;
}

/** The pause doubles each time, and varies, so that many clients do not come back at the same moment. */
function backOff(attempt: number): number {
  const longest = FIRST_PAUSE * 2 ** attempt;
  return randomInt(longest / 2, longest + 1);
}

/** Milliseconds; the header is a number of seconds or a date (RFC 9110 §10.2.3). */
function readRetryAfter(value: string | null, now: Date): number | undefined {
  if (value === null) {
    return undefined;
  }
  if (/^\d+$/.test(value)) {
    return Number(value) * 1_000;
  }
  const instant = Date.parse(value);
  return Number.isNaN(instant) ? undefined : Math.max(0, instant - now.getTime());
}
