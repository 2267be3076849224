import { NetworkError, ProtocolError } from '../../ground/errors.ts';
import type { Fetch } from '../../ground/fetch.ts';
import { checkEndpoint } from '../../providers/endpoint.ts';
import { readHtmlLinks } from './html-links.ts';
import { type Link, readLinkField } from './link.ts';

/** A page about a person, as far as it was read. */
export interface ProfilePage {
  readonly status: number;
  /** Where it was in the end. */
  readonly address: string;
  /** Every address on the way, the first and the last included. */
  readonly addresses: readonly string[];
  /** Without parameters, in small letters. */
  readonly mediaType: string;
  /** Those of its `Link` fields, then those of its HTML. */
  readonly links: readonly Link[];
  /** Its beginning. */
  readonly text: string;
  readonly challenge: string | null;
}

/** How pages are reached. */
export interface PageAccess {
  /** Hands out a redirect as it is, and the body as it is read. */
  readonly fetch: Fetch;
  readonly allowHttpLoopback: boolean;
}

const MOST_REDIRECTS = 5;
/** What is read of a page: what it says of itself stands at its beginning. */
const MOST_BYTES = 512 * 1024;
/** What is read of a profile in Turtle. */
const MOST_TURTLE_BYTES = 128 * 1024;
/** Milliseconds for a page with all its redirects, however slowly it comes. */
const DEADLINE = 30_000;
const redirectStatus: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Reads the beginning of the page at an address, and follows its redirects: nothing secret goes there. `undefined` for a
 * page that redirects more often than pages do.
 *
 * Throws a `ProtocolError` for a redirect to an address that must not be asked, and a `NetworkError`.
 *
 * @see [IndieAuth §4](https://indieauth.spec.indieweb.org/#discovery)
 */
export async function readProfilePage(
  address: string,
  accept: string,
  access: PageAccess,
): Promise<ProfilePage | undefined> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(tooSlow(address)), DEADLINE);
  try {
    return await followedPage(address, accept, { ...access, signal: stop.signal });
  } finally {
    clearTimeout(timer);
  }
}

async function followedPage(
  address: string,
  accept: string,
  access: PageAccess & { readonly signal: AbortSignal },
): Promise<ProfilePage | undefined> {
  const { signal } = access;
  const addresses = [address];
  for (let at = address; addresses.length <= MOST_REDIRECTS + 1; ) {
    const response = await access.fetch(at, { headers: { accept }, redirect: 'manual', signal });
    const location = response.headers.get('location');
    if (!redirectStatus.has(response.status) || location === null) {
      return await pageOf(response, at, addresses);
    }
    await response.body?.cancel();
    at = redirectTarget(location, at, access);
    addresses.push(at);
  }
  return undefined;
}

function redirectTarget(location: string, from: string, rules: PageAccess): string {
  const target = URL.canParse(location, from) ? new URL(location, from).href.replace(/#.*$/, '') : location;
  const checked = checkEndpoint(target, rules);
  if ('fault' in checked) {
    throw new ProtocolError(
      'protocol_insecure_uri',
      `${new URL(from).host} redirects to an address that ${checked.fault}`,
      { hint: 'nothing was sent there; give the address of the page itself, if that is another one' },
    );
  }
  return checked.href;
}

function tooSlow(address: string): NetworkError {
  const { host } = new URL(address);
  return new NetworkError('network_timeout', `${host} did not send its page in time`, {
    hint: 'try again later',
  });
}

async function pageOf(
  response: Response,
  address: string,
  addresses: readonly string[],
): Promise<ProfilePage> {
  const { status, headers } = response;
  const [mediaType = ''] = (headers.get('content-type') ?? '').toLowerCase().split(';');
  const isTurtle = mediaType.trim() === 'text/turtle';
  const text = await beginningOf(response, isTurtle ? MOST_TURTLE_BYTES : MOST_BYTES);
  const isHtml = /^(?:text\/html|application\/xhtml\+xml)\s*$/.test(mediaType);
  const links = [...readLinkField(headers.get('link') ?? ''), ...(isHtml ? readHtmlLinks(text) : [])];
  const challenge = headers.get('www-authenticate');
  return { status, address, addresses, mediaType: mediaType.trim(), links, text, challenge };
}

/** The first part of the body as text, so many bytes; the rest is not fetched. */
async function beginningOf(response: Response, most: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let left = most;
  const reader = response.body?.getReader();
  try {
    while (reader !== undefined && left > 0) {
      const { done, value } = await reader.read();
      if (done) {
        break;
      }
      text += decoder.decode(value.subarray(0, left), { stream: true });
      left -= value.byteLength;
    }
  } finally {
    await reader?.cancel();
  }
  return text;
}
