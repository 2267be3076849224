import { Readable } from 'node:stream';
import type { Clock } from '../ground/context.ts';
import { OAuthLoginError } from '../ground/errors.ts';
import type { HttpClient } from '../ground/ports.ts';
import { readRequest, streamingExchange } from './http-exchange.ts';
import { networkErrorFrom, traceOf } from './network-failure.ts';
import type { Outbound } from './outbound.ts';

interface StreamingOptions {
  readonly outbound: Outbound;
  readonly clock: Clock;
  /** Longest silence of the other side, in milliseconds. */
  readonly idle: number;
  readonly trace?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * A `fetch` for replies of any length: one try, no redirect followed, the body read as it arrives. A `ReadableStream` as
 * the body of the request is sent as it comes.
 */
export function streamingFetch(options: StreamingOptions): HttpClient['fetch'] {
  const { outbound, clock, idle } = options;
  return async (input, init = {}) => {
    const sent = init.body instanceof ReadableStream ? init.body : undefined;
    const request = readRequest(input, sent === undefined ? init : { ...init, body: null });
    const target = new URL(request.url);
    const { dispatcher, proxy } = outbound.routeTo(target);
    await outbound.admit(target);
    const body = sent === undefined ? await wholeBody(request) : Readable.from(sent, { objectMode: false });
    const stops = [options.signal, init.signal].filter((signal) => signal instanceof AbortSignal);
    const signal = stops.length > 1 ? AbortSignal.any(stops) : stops[0];
    const failureOf = (failure: unknown): unknown => {
      if (signal?.aborted) {
        return signal.reason;
      }
      if (failure instanceof OAuthLoginError) {
        return failure;
      }
      return networkErrorFrom(failure, {
        target,
        proxy,
        deadlinePassed: isSilence(failure) ? idle : undefined,
      });
    };
    const startedAt = clock.monotonic();
    const trace = (outcome: string | number) => {
      const duration = Math.round(clock.monotonic() - startedAt);
      options.trace?.(`${request.method} ${target.origin}${target.pathname} ${outcome} ${duration} ms`);
    };
    try {
      signal?.throwIfAborted();
      const response = await streamingExchange(
        { dispatcher, target, request, body, signal },
        idle,
        failureOf,
      );
      trace(response.status);
      return response;
    } catch (failure) {
      const error = failureOf(failure);
      trace(error instanceof OAuthLoginError ? traceOf(error) : 'failed');
      throw error;
    }
  };
}

async function wholeBody(request: Request): Promise<Uint8Array | undefined> {
  return request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
}

function isSilence(failure: unknown): boolean {
  return (
    failure instanceof Error &&
    'code' in failure &&
    (failure.code === 'UND_ERR_HEADERS_TIMEOUT' || failure.code === 'UND_ERR_BODY_TIMEOUT')
  );
}
