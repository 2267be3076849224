import { defined } from '../ground/defined.ts';
import { NetworkError, type OAuthLoginError } from '../ground/errors.ts';
import type { HttpProxy } from '../ground/proxy.ts';
import { systemReason } from '../ground/system-words.ts';

/** The request that failed, and its way. */
export interface FailedRequest {
  readonly target: URL;
  readonly proxy: HttpProxy | undefined;
  /** Milliseconds the whole exchange had, when that time is over. */
  readonly deadlinePassed: number | undefined;
}

const CERTIFICATE_CODE =
  /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|CRL_|INVALID_CA|HOSTNAME_MISMATCH)/;
const TLS_CODE = /^(ERR_SSL_|ERR_TLS_|EPROTO$)/;
/** Codes of failures before there was a connection. */
const connectCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const CHECK_CONNECTION = "check your network connection and the provider's address";

/**
 * Turns a failure below HTTP into a `NetworkError` that names the host.
 *
 * The failure itself is not kept as `cause`: undici hangs sockets, options and pieces of the reply on it.
 */
export function networkErrorFrom(failure: unknown, failed: FailedRequest): NetworkError {
  const { target, proxy } = failed;
  if (failed.deadlinePassed !== undefined) {
    return new NetworkError(
      'network_timeout',
      `${target.host} did not answer within ${secondsText(failed.deadlinePassed)}`,
      { hint: 'try again; if it stays slow, check your network connection' },
    );
  }
  const code = failureCode(failure);
  if (code !== undefined && (CERTIFICATE_CODE.test(code) || TLS_CODE.test(code))) {
    return tlsError(code, target, proxy);
  }
  if (proxy !== undefined) {
    return proxyError(failure, target, proxy);
  }
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return new NetworkError('network_timeout', `no connection to ${target.host} in time`, {
      hint: CHECK_CONNECTION,
      neverSent: connectCodes.has(code),
      systemCode: code,
    });
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new NetworkError(
      'network_unreachable',
      `the name ${target.hostname} cannot be resolved (${systemReason(code)})`,
      {
        hint: CHECK_CONNECTION,
        neverSent: true,
        systemCode: code,
      },
    );
  }
  const reason = isNotHttp(failure) ? 'its reply is not HTTP' : systemReason(code);
  return new NetworkError('network_unreachable', `the connection to ${target.host} failed (${reason})`, {
    hint: CHECK_CONNECTION,
    neverSent: code !== undefined && connectCodes.has(code),
    ...defined({ systemCode: code }),
  });
}

/** A failed request for the trace of `--debug`: the stable code, and that of the system. */
export function traceOf(error: OAuthLoginError): string {
  const system = error instanceof NetworkError ? error.systemCode : undefined;
  return system === undefined ? error.code : `${error.code} ${system}`;
}

/** The system's or the library's code of a failure, like `ECONNREFUSED`, if it has one. */
export function failureCode(failure: unknown): string | undefined {
  for (const candidate of [failure, ...causesOf(failure)]) {
    if (!(candidate instanceof Error) || !('code' in candidate)) {
      continue;
    }
    if (typeof candidate.code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(candidate.code)) {
      return candidate.code;
    }
  }
  return undefined;
}

/** The parser of undici gives its errors no code, only a name. */
function isNotHttp(failure: unknown): boolean {
  return failure instanceof Error && failure.name === 'HTTPParserError';
}

function causesOf(failure: unknown): readonly unknown[] {
  if (failure instanceof AggregateError) {
    return failure.errors;
  }
  return failure instanceof Error ? [failure.cause] : [];
}

function tlsError(code: string, target: URL, proxy: HttpProxy | undefined): NetworkError {
  if (!CERTIFICATE_CODE.test(code)) {
    return new NetworkError('network_tls', `no secure connection to ${target.host} (${systemReason(code)})`, {
      hint: 'check the address and the port; a server with TLS 1.2 or newer has to answer there',
      systemCode: code,
    });
  }
  const hint =
    code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID'
      ? 'check the clock of this machine, or ask the operator of the server for a valid certificate'
      : 'if your network has its own certificate authority, name its PEM file with --ca-file when you sign in, or in NODE_EXTRA_CA_CERTS';
  const via = proxy === undefined ? '' : ` (through the proxy ${proxy.host})`;
  return new NetworkError(
    'network_tls',
    `the certificate of ${target.host}${via} is not valid: ${systemReason(code)}`,
    { hint, neverSent: true, systemCode: code },
  );
}

function proxyError(failure: unknown, target: URL, proxy: HttpProxy): NetworkError {
  const code = failureCode(failure);
  const status = failure instanceof Error && /^Proxy response \((\d{3})\)/.exec(failure.message)?.[1];
  if (status === '407') {
    return new NetworkError('network_proxy', `the proxy ${proxy.host} requires a user name and a password`, {
      hint: 'put them into HTTPS_PROXY, as http://USER:PASSWORD@HOST:PORT',
      neverSent: true,
    });
  }
  const what = status
    ? `refused to connect to ${target.host} (status ${status})`
    : `cannot be used (${systemReason(code)})`;
  return new NetworkError('network_proxy', `the proxy ${proxy.host} ${what}`, {
    hint: `check HTTPS_PROXY, or add ${target.hostname} to NO_PROXY`,
    ...defined({ systemCode: code }),
  });
}

function secondsText(milliseconds: number): string {
  return milliseconds === 1_000 ? '1 second' : `${milliseconds / 1_000} seconds`;
}
