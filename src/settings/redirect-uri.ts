/** A redirect URI to listen on: the ports are tried in order, 0 stands for any free one. */
export interface LoopbackRedirect {
  readonly host: '127.0.0.1' | 'localhost' | '[::1]';
  /** Empty when it was registered without: several servers tell `` and `/` apart. */
  readonly path: string;
  readonly ports: readonly number[];
}

/** The redirect URI of a sign-in; one that is registered elsewhere can only be pasted back. */
export type RedirectSettings = LoopbackRedirect | { readonly elsewhere: string };

/** Reads a redirect URI of this machine (RFC 8252 §7.3), or one of an https page; `undefined` for any other. */
export function readRedirectUri(uri: string): RedirectSettings | undefined {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url === undefined || url.username !== '' || uri.includes('#')) return undefined;
  const { hostname: host } = url;
  if (host !== '127.0.0.1' && host !== 'localhost' && host !== '[::1]') {
    return url.protocol === 'https:' ? { elsewhere: uri } : undefined;
  }
  if (url.protocol !== 'http:' || uri.includes('?')) return undefined;
  const path = /^http:\/\/[^/]+$/i.test(uri) ? '' : url.pathname;
  return { host, path, ports: [url.port === '' ? 0 : Number(url.port)] };
}
