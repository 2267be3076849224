import type { IncomingMessage } from 'node:http';

function valuesOf(request: IncomingMessage, name: string): readonly string[] {
  return request.headersDistinct[name] ?? [];
}

/** Tells whether `Host` is there once and is the redirect URI's authority; a rebound name or `0.0.0.0` is not. */
export function isOurHost(request: IncomingMessage, authority: string): boolean {
  const hosts = valuesOf(request, 'host');
  return hosts.length === 1 && hosts[0] === authority;
}

/** Tells whether a browser went to the address itself, rather than a page asking for it (Fetch Metadata). */
export function isNavigation(request: IncomingMessage, origin: string): boolean {
  if (Object.keys(request.headersDistinct).some((name) => name.startsWith('sec-fetch-'))) {
    return (
      valuesOf(request, 'sec-fetch-mode').join() === 'navigate' &&
      valuesOf(request, 'sec-fetch-dest').join() === 'document'
    );
  }
  return valuesOf(request, 'origin').every((value) => value === origin);
}

/** Tells whether the request is made on the chance that a person might want the page. */
export function isPrefetch(request: IncomingMessage): boolean {
  return ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].some((name) =>
    /prefetch|prerender|preview/i.test(valuesOf(request, name).join()),
  );
}

/** Tells whether a body comes along, which no GET of ours has. */
export function hasBody(request: IncomingMessage): boolean {
  return (
    valuesOf(request, 'transfer-encoding').length > 0 ||
    valuesOf(request, 'content-length').some((value) => value !== '0')
  );
}

/**
 * Tells whether a browser went to the address itself with a form of one of these origins. `null` is the Origin of a
 * form whose page hides where it is (`Referrer-Policy: no-referrer`), and a program that is no browser names none.
 */
export function isFormOf(request: IncomingMessage, origins: readonly string[]): boolean {
  const hasMetadata = Object.keys(request.headersDistinct).some((name) => name.startsWith('sec-fetch-'));
  if (hasMetadata && !isNavigation(request, '')) {
    return false;
  }
  const named = valuesOf(request, 'origin');
  return named.length <= 1 && named.every((value) => value === 'null' || origins.includes(value));
}
