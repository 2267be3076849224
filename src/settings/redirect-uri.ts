import { UsageError } from '../ground/errors.ts';
import type { Provider } from '../providers/provider.ts';

/** A redirect URI to listen on: the ports are tried in order, 0 stands for any free one. */
export interface LoopbackRedirect {
  readonly host: '127.0.0.1' | 'localhost' | '[::1]';
  /** Empty when the redirect URI was registered without a path: several servers tell `` and `/` apart. */
  readonly path: string;
  readonly ports: readonly number[];
}

/** The redirect URI of a sign-in; one that is registered elsewhere can only be pasted back. */
export type RedirectSettings = LoopbackRedirect | { readonly elsewhere: string };

/**
 * Reads a redirect URI of this machine (RFC 8252 §7.3), or one of an https page; `undefined` for any other. One of
 * this machine has to be written as browsers write it: servers compare every character (RFC 6749 §3.1.2.3).
 */
export function readRedirectUri(uri: string): RedirectSettings | undefined {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url === undefined || url.username !== '' || uri.includes('#')) {
    return undefined;
  }
  const { hostname: host } = url;
  if (host !== '127.0.0.1' && host !== 'localhost' && host !== '[::1]') {
    return url.protocol === 'https:' ? { elsewhere: uri } : undefined;
  }
  if (url.protocol !== 'http:' || uri.includes('?')) {
    return undefined;
  }
  if (uri !== url.href && `${uri}/` !== url.href) {
    return undefined;
  }
  const path = uri === url.href ? url.pathname : '';
  return { host, path, ports: [url.port === '' ? 0 : Number(url.port)] };
}

/** The redirect URI and the ports by flag, configuration and preset; throws a `UsageError`. */
export function redirectSetting(
  provider: Provider,
  flags: { readonly redirectUri?: string; readonly port?: string },
  configured: string | undefined,
): RedirectSettings {
  const { host, path, port } = provider.redirect;
  const uri = flags.redirectUri ?? configured;
  // The page shows a code, and the person types it (RFC 5849 §2.1).
  if (
    provider.oauth1 !== undefined &&
    (uri === 'oob' || (uri === undefined && provider.oauth1.callback === 'pin'))
  ) {
    return { elsewhere: 'oob' };
  }
  const base: RedirectSettings =
    uri === undefined ? { host, path, ports: [port === 'any' ? 0 : port] } : redirectFromUri(uri);
  if (flags.port === undefined) {
    return base;
  }
  if ('elsewhere' in base) {
    throw new UsageError(
      'usage_conflict',
      '--port cannot be used with a redirect URI that is not on this machine',
      {
        hint: 'leave out --port, or use a redirect URI such as http://127.0.0.1:8765/callback',
      },
    );
  }
  const ports = portSetting(flags.port);
  const named = flags.redirectUri === undefined ? 0 : base.ports[0];
  if (named === 0 || ports.every((one) => one === named)) {
    return { ...base, ports };
  }
  throw new UsageError('usage_conflict', `--port ${flags.port} contradicts --redirect-uri ${uri}`, {
    hint: 'leave out --port: the redirect URI names its port',
  });
}

/** The redirect URI as it has to be registered: without port where any port is accepted. */
export function registeredRedirectUri(redirect: RedirectSettings): string {
  if ('elsewhere' in redirect) {
    return redirect.elsewhere;
  }
  const port = redirect.ports[0] === 0 || redirect.ports[0] === undefined ? '' : `:${redirect.ports[0]}`;
  return `http://${redirect.host}${port}${redirect.path}`;
}

function redirectFromUri(uri: string): RedirectSettings {
  const redirect = readRedirectUri(uri);
  if (redirect !== undefined) {
    return redirect;
  }
  const what = `the redirect URI ${JSON.stringify(uri)} is not one this machine can listen on`;
  if (/^http:\/\/[^/?#]*:0*80(?![^/?#])/i.test(uri)) {
    throw new UsageError('usage_invalid', `${what}: browsers leave out port 80`, {
      hint: 'name a port between 1024 and 65535, or none for any free one',
    });
  }
  const normalised = URL.canParse(uri) ? new URL(uri).href : '';
  throw new UsageError('usage_invalid', what, {
    hint:
      readRedirectUri(normalised) === undefined
        ? 'it has to look like http://127.0.0.1:8765/callback, with 127.0.0.1, [::1] or localhost'
        : `browsers write it as ${normalised}: register it and give it exactly like that`,
  });
}

/** The ports of `--port`; throws a `UsageError`. */
export function portSetting(text: string): number[] {
  const ports = text.split(',').map((part) => (/^\d{1,5}$/.test(part.trim()) ? Number(part) : Number.NaN));
  if (ports.every((port) => port === 0 || (port >= 1024 && port <= 65_535))) {
    return ports;
  }
  throw new UsageError(
    'usage_invalid',
    `--port takes ports between 1024 and 65535, not ${JSON.stringify(text)}`,
    {
      hint: 'for example --port 8765 or --port 8765,8766; 0 means any free port',
    },
  );
}
