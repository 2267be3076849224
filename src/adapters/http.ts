import type { Clock, Environment } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { OAuthLoginError } from '../ground/errors.ts';
import type { HttpClient, HttpDeadlines, HttpOptions } from '../ground/ports.ts';
import { readCertificates, readClientCertificate } from './certificates.ts';
import { startDeadline } from './deadline.ts';
import { exchange, readRequest } from './http-exchange.ts';
import { networkErrorFrom, traceOf } from './network-failure.ts';
import { openOutbound } from './outbound.ts';
import { delayBeforeRetry } from './retry.ts';

/** What the client takes from the outside world. */
export interface HttpEnvironment {
  readonly env: Environment;
  readonly clock: Clock;
  /** Ends every request with its reason. */
  readonly signal?: AbortSignal;
}

const timeLimits: HttpDeadlines = { connect: 10_000, total: 30_000, idle: 60_000 };

/**
 * Opens the way out: HTTPS with certificates checked, through the proxy of the environment.
 *
 * `fetch` rejects with a `NetworkError` when there is no reply and with a `ProtocolError` when there is one that
 * must not be used; neither holds a header, a query, a body or the password of a proxy.
 *
 * Throws a `ConfigurationError` when the file of certificates or the address of the proxy cannot be used.
 */
export async function openHttp(options: HttpOptions, environment: HttpEnvironment): Promise<HttpClient> {
  const { env, clock } = environment;
  const deadlines = { ...timeLimits, ...options.deadlines };
  const certificates = await readCertificates(options, env);
  const files = options.clientCertificate;
  const clientCertificate = files === undefined ? undefined : await readClientCertificate(files);
  const outbound = await openOutbound({
    allowHttpLoopback: options.allowHttpLoopback,
    certificates,
    connectDeadline: deadlines.connect,
    env,
    ...defined({ reachOf: options.reachOf, clientCertificate }),
  });

  async function fetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    const request = readRequest(input, init);
    const target = new URL(request.url);
    const { dispatcher, proxy } = outbound.routeTo(target);
    await outbound.admit(target);
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
    const stops = [
      environment.signal,
      init.signal,
      input instanceof Request ? input.signal : undefined,
    ].filter((signal) => signal instanceof AbortSignal);
    const deadline = startDeadline(deadlines.total, stops);
    try {
      for (let attempt = 0; ; attempt++) {
        for (const stop of stops) {
          stop.throwIfAborted();
        }
        const startedAt = clock.monotonic();
        const trace = (outcome: string | number) => {
          const duration = Math.round(clock.monotonic() - startedAt);
          options.trace?.(`${request.method} ${target.origin}${target.pathname} ${outcome} ${duration} ms`);
        };
        let pause: number | undefined;
        try {
          const response = await exchange({ dispatcher, target, request, body, signal: deadline.signal });
          trace(response.status);
          pause = delayBeforeRetry({ method: request.method, attempt, response, now: clock.now() });
          if (pause === undefined) {
            return response;
          }
        } catch (failure) {
          for (const stop of stops) {
            stop.throwIfAborted();
          }
          const deadlinePassed = deadline.passed() ? deadlines.total : undefined;
          const error =
            failure instanceof OAuthLoginError
              ? failure
              : networkErrorFrom(failure, { target, proxy, deadlinePassed });
          trace(traceOf(error));
          pause = delayBeforeRetry({ method: request.method, attempt, failure, now: clock.now() });
          if (pause === undefined || deadline.passed()) {
            throw error;
          }
        }
        await clock.sleep(pause, deadline.signal).catch(() => {});
      }
    } finally {
      deadline.end();
    }
  }

  if (options.streaming !== true) {
    return { fetch, close: () => outbound.close() };
  }
  const { streamingFetch } = await import('./streaming-fetch.ts');
  const { trace } = options;
  return {
    fetch: streamingFetch({
      outbound,
      clock,
      idle: deadlines.idle,
      ...defined({ trace, signal: environment.signal }),
    }),
    close: () => outbound.close(),
  };
}
