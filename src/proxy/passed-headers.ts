import type { IncomingMessage } from 'node:http';
import type { TokenPresentation } from '../providers/provider.ts';

/** RFC 9110 §7.6.1, with those that older programs know. */
const hopByHop: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Headers that say who asks, or that the connection to the API has of its own. */
const ownOfRequest: readonly string[] = [
  ...hopByHop,
  'authorization',
  'dpop',
  'cookie',
  'host',
  'expect',
  'accept-encoding',
  'sec-fetch-mode',
];

/** Headers that are meant for a browser, or lead the client past the proxy. */
const keptBack: readonly string[] = [
  ...hopByHop,
  // The nonce is for the proofs of the proxy (RFC 9449 §8).
  'dpop-nonce',
  'set-cookie',
  'set-cookie2',
  'alt-svc',
  'clear-site-data',
  'strict-transport-security',
  'public-key-pins',
  'refresh',
];

/** Headers of a response that hold addresses. */
const withAddresses: readonly string[] = ['location', 'content-location', 'link'];

/** The headers of a request that are passed on: all but those of the connection and those that show a token. */
export function requestHeaders(
  request: IncomingMessage,
  presentation: TokenPresentation | undefined,
): Headers {
  const own = new Set([
    ...ownOfRequest,
    ...namedBy(request.headers.connection),
    ...(presentation !== undefined && 'header' in presentation ? [presentation.header.toLowerCase()] : []),
  ]);
  const headers = new Headers();
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    for (const value of own.has(name) ? [] : (values ?? [])) {
      headers.append(name, value);
    }
  }
  return headers;
}

/**
 * The headers of a response that are passed on; `rewritten` gives the text of one with addresses of the API in which
 * those of the proxy take their place, and `covered` each value without secrets.
 */
export function responseHeaders(
  { headers }: Response,
  rewritten: (text: string) => string,
  covered: (text: string) => string,
): Record<string, string> {
  const own = new Set([...keptBack, ...namedBy(headers.get('connection') ?? undefined)]);
  const passed = [...headers].filter(([name]) => !own.has(name) && !name.startsWith('access-control-'));
  return Object.fromEntries(
    passed.map(([name, value]) => [name, covered(withAddresses.includes(name) ? rewritten(value) : value)]),
  );
}

function namedBy(connection: string | undefined): readonly string[] {
  return (connection ?? '').split(',').map((name) => name.trim().toLowerCase());
}

/** Gives a text with each of these origins replaced by the address that leads to it, where it stands as a whole. */
export function withProxyAddresses(text: string, addresses: ReadonlyMap<string, string>): string {
  return text.replace(/https?:\/\/[^\s/?#<>"'\\,;]+/gi, (start) => {
    const origin = URL.canParse(start) ? new URL(start).origin : start;
    return start.includes('@') ? start : (addresses.get(origin) ?? start);
  });
}
