import { ConfigurationError, NetworkError, OAuthLoginError, ProtocolError } from '../ground/errors.ts';
import type { Fetch } from '../ground/fetch.ts';
import { libraryFetch } from '../ground/fetch.ts';
import { isSameButLastSlash } from './issuer-spelling.ts';
import { invalidMetadata } from './metadata.ts';
import type { Provider } from './provider.ts';

type Algorithm = 'oidc' | 'oauth2' | 'oidc-inserted';

/** Where each kind of discovery looks, in order. */
const algorithms: Readonly<Record<Exclude<Provider['discovery'], 'none'>, readonly Algorithm[]>> = {
  openid: ['oidc'],
  oauth: ['oauth2'],
  any: ['oidc', 'oauth2'],
  resource: ['oauth2', 'oidc-inserted', 'oidc'],
};

/**
 * Gives the metadata document that the issuer publishes, and the issuer that it names: this one, or this one with a
 * slash more or less at its end, since both have their metadata at one address.
 *
 * Throws a `ConfigurationError` when there is none, a `ProtocolError` when it belongs to another issuer or
 * is no metadata, and a `NetworkError` when the server fails.
 *
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
 * @see https://www.rfc-editor.org/rfc/rfc8414#section-3
 */
export async function discoverMetadata(
  provider: Provider,
  options: { readonly fetch: Fetch; readonly allowHttpLoopback: boolean },
): Promise<{ readonly document: object; readonly issuer: string }> {
  const oauth = await import('oauth4webapi');
  const issuer = new URL(provider.issuer);
  const tried = provider.discovery === 'none' ? [] : algorithms[provider.discovery];
  let unreadable: ProtocolError | undefined;
  for (const algorithm of tried) {
    const fetch = otherSpellingToo(options.fetch);
    const response =
      algorithm === 'oidc-inserted'
        ? await insertedRequest(issuer, fetch)
        : await oauth.discoveryRequest(issuer, {
            algorithm,
            [oauth.customFetch]: libraryFetch(fetch),
            [oauth.allowInsecureRequests]: options.allowHttpLoopback,
          });
    if (response.status >= 500 || response.status === 429) {
      throw new NetworkError(
        'network_server_error',
        `${issuer.host} answered the request for its metadata with status ${response.status}`,
        { hint: 'try again later' },
      );
    }
    if (response.status !== 200) {
      continue;
    }
    const document = await readDocument(response);
    if (document === undefined) {
      unreadable ??= invalidMetadata(provider, 'the reply is not a JSON object');
      continue;
    }
    return { document, issuer: namedIssuer(provider, document) };
  }
  throw (
    unreadable ??
    new ConfigurationError('config_no_discovery', `${provider.issuer} publishes no metadata`, {
      hint: `check the spelling of the issuer (the part before /.well-known/openid-configuration), or configure the endpoints of ${provider.name}`,
    })
  );
}

/** OpenID's metadata where RFC 8414 §5 has them: between the host and the path of the issuer. */
async function insertedRequest({ origin, pathname }: URL, fetch: Fetch): Promise<Response> {
  const path = pathname.replace(/\/$/, '');
  // Without a path, it is the place that is asked for next.
  return path === ''
    ? new Response(null, { status: 404 })
    : fetch(`${origin}/.well-known/openid-configuration${path}`, {
        headers: { accept: 'application/json' },
      });
}

/**
 * Some servers answer only an address with a slash at the end, and redirect the other one. No redirect is followed.
 * The other spelling is asked for once, at the same origin.
 */
function otherSpellingToo(fetch: Fetch): Fetch {
  return async (input, init) => {
    const first = await unlessRedirected(fetch, input, init);
    if (first !== undefined && first.status !== 404) {
      return first;
    }
    const other = new URL(input instanceof Request ? input.url : input);
    other.pathname += '/';
    const second = await unlessRedirected(fetch, other.href, init);
    return second ?? first ?? new Response(null, { status: 404 });
  };
}

/** Gives the response of a `fetch` that follows no redirect, or nothing when it leads elsewhere. */
export async function unlessRedirected(
  fetch: Fetch,
  input: string | URL | Request,
  init: RequestInit | undefined,
): Promise<Response | undefined> {
  try {
    const response = await fetch(input, init);
    if (response.status < 300 || response.status > 399) {
      return response;
    }
    await response.body?.cancel();
    return undefined;
  } catch (error) {
    if (error instanceof OAuthLoginError && error.code === 'protocol_redirect') {
      return undefined;
    }
    throw error;
  }
}

async function readDocument(response: Response): Promise<object | undefined> {
  const text = await response.text();
  try {
    const document: unknown = JSON.parse(text);
    return typeof document === 'object' && document !== null && !Array.isArray(document)
      ? document
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The issuer in the document's own spelling: everything after this is compared with it, character by character
 * (RFC 8414 §3.3).
 *
 * Deviation: a slash at the end of what was typed may be one too many or one too few. The document comes from the
 * address of both spellings, so nobody else can have published it.
 */
function namedIssuer(provider: Provider, document: object): string {
  const named: unknown = Object.getOwnPropertyDescriptor(document, 'issuer')?.value;
  if (typeof named === 'string' && isSameButLastSlash(named, provider.issuer)) {
    return named;
  }
  const shown =
    typeof named === 'string' && /^https?:\/\/[\x21-\x7a~]{1,200}$/.test(named) ? named : undefined;
  throw new ProtocolError(
    'protocol_issuer_mismatch',
    `the metadata found for ${provider.issuer} belongs to ${shown ?? 'another issuer'}`,
    {
      hint:
        shown === undefined
          ? 'check the spelling of the issuer; its operator knows the exact form'
          : `if ${shown} is the server you mean, use exactly that as the issuer`,
    },
  );
}
