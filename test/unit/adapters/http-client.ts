import { openHttp } from '../../../src/adapters/http.ts';
import type { Environment } from '../../../src/ground/context.ts';
import type { HttpClient, HttpOptions } from '../../../src/ground/ports.ts';
import { systemClock } from '../../../src/host/clock.ts';
import { closeAfterTest } from '../../support/close-after-test.ts';

/** A client of the real adapter, closed after the test; its pauses take no time and are recorded. */
export async function openClient(
  options: Partial<HttpOptions> = {},
  env: Environment = {},
  signal?: AbortSignal,
): Promise<HttpClient & { readonly pauses: readonly number[] }> {
  const pauses: number[] = [];
  const clock = {
    ...systemClock,
    sleep: async (milliseconds: number) => void pauses.push(milliseconds),
  };
  const client = await openHttp(
    { allowHttpLoopback: true, ...options },
    { env, clock, ...(signal === undefined ? {} : { signal }) },
  );
  return { ...closeAfterTest(client), pauses };
}

/** The error a promise rejects with; a promise that resolves is an error of the test. */
export async function rejectionOf(promise: Promise<unknown>): Promise<Error & { readonly code?: string }> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) {
    throw new Error('expected a rejection with an Error');
  }
  return outcome;
}
