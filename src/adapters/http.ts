import type { Clock, Environment } from '../context.ts';
import { OAuthLoginError } from '../errors.ts';
import { readCertificates } from './certificates.ts';
import { startDeadline } from './deadline.ts';
import { exchange } from './http-exchange.ts';
import { networkErrorFrom } from './network-failure.ts';
import { openOutbound } from './outbound.ts';
import { delayBeforeRetry } from './retry.ts';

/** How requests are to be sent in this run. */
export interface HttpOptions {
  /** Plain http to a literal loopback address is allowed. */
  readonly allowHttpLoopback: boolean;
  /** A PEM file of certificate authorities, in addition to the built-in ones. */
  readonly caFile?: string;
  /** Receives one line for each exchange (method, origin, path, status, duration): never a query, a header or a body. */
  readonly trace?: (line: string) => void;
  /** Deadlines in milliseconds, over the usual ones. */
  readonly deadlines?: Partial<HttpDeadlines>;
}

/** How long the other side may take, in milliseconds. */
export interface HttpDeadlines {
  /** Until a connection stands, TLS included. */
  readonly connect: number;
  /** From the call to the last byte of the reply, tries and pauses included. */
  readonly total: number;
}

/** The way out to the network. */
export interface HttpClient {
  /** A standard `fetch` that follows no redirect, ends in time and reads no more than the cap. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  close(): Promise<void>;
}

/** What the client takes from the outside world. */
export interface HttpEnvironment {
  readonly env: Environment;
  readonly clock: Clock;
  /** Ends every request with its reason. */
  readonly signal?: AbortSignal;
}

const DEADLINES: HttpDeadlines = { connect: 10_000, total: 30_000 };

/**
 * Opens the way out: HTTPS with certificates checked, through the proxy of the environment.
 *
 * `fetch` rejects with a `NetworkError` when there is no reply and with a `ProtocolError` when there is one that
 * must not be used; neither holds a header, a query, a body or the password of a proxy.
 *
 * @throws {ConfigurationError} when the file of certificates or the address of the proxy cannot be used.
 */
export async function openHttp(options: HttpOptions, environment: HttpEnvironment): Promise<HttpClient> {
  const { env, clock } = environment;
  const deadlines = { ...DEADLINES, ...options.deadlines };
  const certificates = options.caFile === undefined ? undefined : await readCertificates(options.caFile, env);
  const outbound = await openOutbound({
    allowHttpLoopback: options.allowHttpLoopback,
    certificates,
    connectDeadline: deadlines.connect,
    env,
  });

  async function fetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    const request = readRequest(input, init);
    const target = new URL(request.url);
    const { dispatcher, proxy } = outbound.routeTo(target);
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
    const stops = [
      environment.signal,
      init.signal,
      input instanceof Request ? input.signal : undefined,
    ].filter((signal) => signal instanceof AbortSignal);
    const deadline = startDeadline(deadlines.total, stops);
    try {
      for (let attempt = 0; ; attempt++) {
        for (const stop of stops) stop.throwIfAborted();
        const startedAt = clock.monotonic();
        const trace = (outcome: string | number) => {
          const duration = Math.round(clock.monotonic() - startedAt);
          options.trace?.(`${request.method} ${target.origin}${target.pathname} ${outcome} ${duration} ms`);
        };
        let pause: number | undefined;
        try {
          const response = await exchange(dispatcher, target, request, body, deadline.signal);
          trace(response.status);
          pause = delayBeforeRetry({ method: request.method, attempt, response, now: clock.now() });
          if (pause === undefined) return response;
        } catch (failure) {
          for (const stop of stops) stop.throwIfAborted();
          const deadlinePassed = deadline.passed() ? deadlines.total : undefined;
          const error =
            failure instanceof OAuthLoginError
              ? failure
              : networkErrorFrom(failure, { target, proxy, deadlinePassed });
          trace(error.code);
          pause = delayBeforeRetry({ method: request.method, attempt, failure, now: clock.now() });
          if (pause === undefined || deadline.passed()) throw error;
        }
        await clock.sleep(pause, deadline.signal).catch(() => {});
      }
    } finally {
      deadline.end();
    }
  }

  return { fetch, close: () => outbound.close() };
}

/** Without the signal, which `fetch` watches itself; and without the messages of the platform, which quote headers. */
function readRequest(input: string | URL | Request, init: RequestInit): Request {
  try {
    return new Request(input, { ...init, signal: null });
  } catch {
    throw new TypeError('the address, the method or a header of the request is malformed');
  }
}
