import type { Environment } from './context.ts';
import { ConfigurationError } from './errors.ts';
import { isLoopbackHost } from './loopback-host.ts';

/** A proxy that requests travel through, by CONNECT only. */
export interface HttpProxy {
  /** Scheme, host and port; never the user and password. */
  readonly origin: string;
  readonly host: string;
  /** The value of `Proxy-Authorization`, when the variable holds a user. */
  readonly authorization: string | undefined;
}

/**
 * The proxy that `HTTPS_PROXY` names; `HTTP_PROXY` is not read, since plain http goes to loopback addresses only.
 *
 * Under CGI (`REQUEST_METHOD` is set) a request header could have set the variable, so it is not read at all.
 *
 * Throws a `ConfigurationError` when the variable is not the address of an HTTP proxy.
 */
export function proxyFromEnvironment(env: Environment): HttpProxy | undefined {
  if (env.REQUEST_METHOD !== undefined) {
    return undefined;
  }
  const variable = env.https_proxy ? 'https_proxy' : 'HTTPS_PROXY';
  const value = env[variable];
  if (!value) {
    return undefined;
  }

  // The parser ends the address at one of these characters in the password, and takes the rest for a path.
  if (/^[^@]*[/?#\\].*@/.test(value.replace(/^\w+:\/\//, ''))) {
    throw new ConfigurationError(
      'config_invalid_value',
      `${variable} has a user name or password with a character that ends an address`,
      {
        hint: 'write / as %2F, ? as %3F, # as %23, \\ as %5C and @ as %40 in the user name and the password',
      },
    );
  }
  const proxy = readProxy(value);
  if (proxy === undefined) {
    throw new ConfigurationError('config_invalid_value', `${variable} is not the address of an HTTP proxy`, {
      hint: `set ${variable} to http://HOST:PORT, or unset it`,
    });
  }
  return proxy;
}

function readProxy(value: string): HttpProxy | undefined {
  try {
    const uri = new URL(value.includes('://') ? value : `http://${value}`);
    if (uri.protocol !== 'http:' && uri.protocol !== 'https:') {
      return undefined;
    }
    const user = `${decodeURIComponent(uri.username)}:${decodeURIComponent(uri.password)}`;
    const authorization = user === ':' ? undefined : `Basic ${Buffer.from(user).toString('base64')}`;
    return { origin: uri.origin, host: uri.host, authorization };
  } catch {
    return undefined;
  }
}

/** Tells whether `NO_PROXY`, or the address itself (loopback is never proxied), asks for a direct connection. */
export function bypassesProxy(target: URL, env: Environment): boolean {
  if (isLoopbackHost(target.hostname)) {
    return true;
  }
  const port = target.port === '' ? '443' : target.port;
  const entries = (env.no_proxy ?? env.NO_PROXY ?? '').toLowerCase().split(/[\s,]+/);
  return entries.some((entry) => {
    if (entry === '*') {
      return true;
    }
    const [, name = '', entryPort] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(bracketed(entry)) ?? [];
    if (name === '' || (entryPort !== undefined && entryPort !== port)) {
      return false;
    }
    return target.hostname === name || target.hostname.endsWith(`.${name}`);
  });
}

function bracketed(entry: string): string {
  return entry.split(':').length > 2 && !entry.startsWith('[') ? `[${entry}]` : entry;
}
