import type { Context } from './context.ts';
import { defined } from './defined.ts';
import type { Fetch } from './fetch.ts';
import type { ClientCertificateFiles, HttpOptions } from './ports.ts';

/** The part of a command's settings that concerns the network. */
export interface NetworkSettings {
  readonly allowHttpLoopback?: boolean;
  readonly caFile?: string;
  readonly extraCaFile?: string;
  readonly clientCertificate?: ClientCertificateFiles;
  readonly debug?: boolean;
  /** The protected resource whose server is asked: it leads to no network that the resource itself is not in. */
  readonly resource?: string | undefined;
  /** The host that decides this instead of the resource. */
  readonly reachOf?: string | undefined;
}

/** How requests of this command are to be sent; with `--debug` each exchange is one line on standard error. */
export function httpOptions(settings: NetworkSettings, context: Context): HttpOptions {
  return networkOf(settings, traceOf(settings, context));
}

/**
 * How requests are to be sent where nobody has agreed to a server yet: the certificate of the client, which says who the
 * person is, is shown to none of the hosts that a page names.
 *
 * @see [RFC 8705 §6.2](https://www.rfc-editor.org/rfc/rfc8705.html#section-6.2)
 */
export function namelessHttpOptions(
  { clientCertificate: _, ...settings }: NetworkSettings,
  context: Context,
): HttpOptions {
  return httpOptions(settings, context);
}

/** How requests are to be sent where these settings hold; `trace` is given one line for each exchange. */
export function networkOf(
  { allowHttpLoopback, caFile, extraCaFile, clientCertificate, resource, ...settings }: NetworkSettings,
  trace: HttpOptions['trace'],
): HttpOptions {
  const reachOf = settings.reachOf ?? (resource === undefined ? undefined : new URL(resource).hostname);
  return {
    allowHttpLoopback: allowHttpLoopback ?? false,
    ...defined({ caFile, extraCaFile, clientCertificate, trace, reachOf }),
  };
}

/** Writes one line for each exchange when `--debug` was given. */
export function traceOf(settings: NetworkSettings, context: Context): ((line: string) => void) | undefined {
  if (!settings.debug) {
    return undefined;
  }
  return (line) => void context.stderr.write(`debug: ${line}\n`);
}

/** A `fetch` that Ctrl-C ends. */
export function signalled(fetch: Fetch, signal: AbortSignal): Fetch {
  return (input, init) =>
    fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([signal, init.signal]) : signal });
}
