/** The redirect URI this sign-in will use: the ports are tried in order, 0 stands for any free one. */
export interface RedirectSettings {
  readonly host: '127.0.0.1' | 'localhost' | '[::1]';
  /** Empty when it was registered without: several servers tell `` and `/` apart. */
  readonly path: string;
  readonly ports: readonly number[];
}

/** Reads a redirect URI of this machine (RFC 8252 §7.3); `undefined` when nobody here could listen on it. */
export function readRedirectUri(uri: string): RedirectSettings | undefined {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  const host = url?.hostname;
  if (host !== '127.0.0.1' && host !== 'localhost' && host !== '[::1]') return undefined;
  if (url?.protocol !== 'http:' || url.username !== '' || /[?#]/.test(uri)) return undefined;
  const path = /^http:\/\/[^/]+$/i.test(uri) ? '' : url.pathname;
  return { host, path, ports: [url.port === '' ? 0 : Number(url.port)] };
}
