import type { Context } from '../ground/context.ts';
import { NetworkError, OAuthLoginError } from '../ground/errors.ts';
import { httpOptions, type NetworkSettings, signalled } from '../ground/http-options.ts';
import { bypassesProxy, proxyFromEnvironment } from '../ground/proxy.ts';
import { clockFinding } from './clock.ts';
import { type CheckName, type Finding, fine, problem, warning } from './finding.ts';

/** Milliseconds for the connection, and for the silence after it. */
const PATIENCE = 8_000;
/** The statuses of a proxy whose server does not answer (RFC 9110 §15.6). */
const nobodyBehind: ReadonlySet<number> = new Set([502, 503, 504]);
const nameFailures: readonly (string | undefined)[] = ['ENOTFOUND', 'EAI_AGAIN'];

/**
 * Asks a server for its first page, as every request of the tool travels, and says how far that came: proxy, name,
 * connection, certificate, and the clock by the `Date` of the reply.
 */
export async function reachServer(
  origin: string,
  settings: NetworkSettings,
  context: Context,
): Promise<readonly Finding[]> {
  const { protocol, hostname, host } = new URL(origin);
  const http = await context.openHttp({
    ...httpOptions(settings, context),
    streaming: true,
    deadlines: { connect: PATIENCE, idle: PATIENCE },
  });
  const proxy = bypassesProxy(new URL(origin), context.env) ? undefined : proxyFromEnvironment(context.env);
  const startedAt = context.clock.monotonic();
  try {
    const response = await signalled(http.fetch, context.signal)(`${origin}/`);
    const receivedAt = context.clock.now();
    const duration = Math.round(context.clock.monotonic() - startedAt);
    await response.body?.cancel();
    return [
      proxy === undefined
        ? fine('dns', `the name ${hostname} has an address`)
        : fine('proxy', `the proxy ${proxy.host} leads to ${host}`),
      ...(protocol === 'https:' ? [fine('certificates', `the certificate of ${host} is valid`)] : []),
      connectionFinding(host, response.status, duration),
      ...clockFinding(host, response.headers, receivedAt),
    ];
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof OAuthLoginError) {
      return [problem(checkOf(error), error)];
    }
    throw error;
  } finally {
    await http.close();
  }
}

/** What the error of a request is about. */
export function checkOf(error: OAuthLoginError): CheckName {
  if (error.code === 'network_tls') {
    return 'certificates';
  }
  if (error.code === 'network_proxy') {
    return 'proxy';
  }
  const isName = error instanceof NetworkError && nameFailures.includes(error.systemCode);
  return isName ? 'dns' : 'connection';
}

function connectionFinding(host: string, status: number, duration: number): Finding {
  if (nobodyBehind.has(status)) {
    return warning('connection', {
      message: `${host} answered with status ${status}, so it may be out of order`,
      hint: 'try again later, or look at the status page of the provider',
    });
  }
  return fine('connection', `${host} answered in ${duration} ms`);
}
