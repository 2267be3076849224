import { UsageError } from '../errors.ts';
import type { Provider } from '../providers/provider.ts';

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

/** The redirect URI and the ports by flag, configuration and preset; throws a `UsageError`. */
export function redirectSetting(
  provider: Provider,
  uri: string | undefined,
  ports: string | undefined,
): RedirectSettings {
  const { host, path, port } = provider.redirect;
  const base: RedirectSettings =
    uri === undefined ? { host, path, ports: [port === 'any' ? 0 : port] } : redirectFromUri(uri);
  if (ports === undefined) return base;
  if (!('elsewhere' in base)) return { ...base, ports: portSetting(ports) };
  throw new UsageError(
    'usage_conflict',
    '--port does not go with a redirect URI that is not on this machine',
    {
      hint: 'leave out --port, or use a redirect URI such as http://127.0.0.1:8765/callback',
    },
  );
}

function redirectFromUri(uri: string): RedirectSettings {
  const redirect = readRedirectUri(uri);
  if (redirect !== undefined) return redirect;
  throw new UsageError(
    'usage_invalid',
    `the redirect URI ${JSON.stringify(uri)} is not one this machine can listen on`,
    { hint: 'it has to look like http://127.0.0.1:8765/callback, with 127.0.0.1, [::1] or localhost' },
  );
}

function portSetting(text: string): number[] {
  const ports = text.split(',').map((part) => (/^\d{1,5}$/.test(part.trim()) ? Number(part) : Number.NaN));
  if (ports.every((port) => port === 0 || (port >= 1024 && port <= 65_535))) return ports;
  throw new UsageError(
    'usage_invalid',
    `--port takes ports between 1024 and 65535, not ${JSON.stringify(text)}`,
    {
      hint: 'for example --port 8765 or --port 8765,8766; 0 stands for any free port',
    },
  );
}
