import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Secret } from '../ground/secret.ts';
import { sameText } from '../loopback/unguessable-text.ts';
import type { TokenPresentation } from '../providers/provider.ts';

/** The beginning of each phantom token, so that people know one when they see it. */
const PREFIX = 'olp_';

/** Makes the token that a command is given in place of the true one. It opens this proxy only, while it runs. */
export function makePhantomToken(): Secret {
  return new Secret(`${PREFIX}${randomBytes(32).toString('base64url')}`);
}

/**
 * Whether a request shows the phantom token, once: in an Authorization header of any scheme, as user name or password of
 * Basic, or where the API of the provider takes its token.
 */
export function showsPhantomToken(
  request: IncomingMessage,
  presentation: TokenPresentation | undefined,
  phantom: Secret,
): boolean {
  const shown = [
    ...valuesOf(request, 'authorization').flatMap(candidatesOf),
    ...(presentation !== undefined && 'header' in presentation ? valuesOf(request, presentation.header) : []),
    ...(presentation !== undefined && 'query' in presentation
      ? queryPairs(request.url).flatMap(({ name, value }) => (name === presentation.query ? [value] : []))
      : []),
  ];
  // All are compared, so that the time does not tell which one it was.
  return shown.map((text) => sameText(text, phantom.reveal())).includes(true);
}

/** The query without the parameter in which the API takes its token; the rest stays as it was written. */
export function withoutTokenParameter(url: URL, presentation: TokenPresentation | undefined): URL {
  if (presentation === undefined || !('query' in presentation) || url.search === '') {
    return url;
  }
  const left = queryPairs(url.search).filter(({ name }) => name !== presentation.query);
  const plain = new URL(url);
  plain.search = left.map(({ text }) => text).join('&');
  return plain;
}

function valuesOf(request: IncomingMessage, name: string): readonly string[] {
  return request.headersDistinct[name.toLowerCase()] ?? [];
}

function candidatesOf(authorization: string): readonly string[] {
  const [scheme = '', ...words] = authorization.trim().split(' ');
  const text = words.join(' ').trim();
  if (scheme.toLowerCase() !== 'basic') {
    return [text];
  }
  const decoded = Buffer.from(text, 'base64').toString();
  const colon = decoded.indexOf(':');
  return [decoded.slice(0, Math.max(colon, 0)), decoded.slice(colon + 1)];
}

interface QueryPair {
  readonly name: string;
  readonly value: string;
  readonly text: string;
}

function queryPairs(target = ''): readonly QueryPair[] {
  const start = target.indexOf('?');
  const pairs = start === -1 ? [] : target.slice(start + 1).split('&');
  return pairs.flatMap((text) => {
    const [entry] = new URLSearchParams(text);
    return entry === undefined
      ? [{ name: '', value: '', text }]
      : [{ name: entry[0], value: entry[1], text }];
  });
}
