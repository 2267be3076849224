import type { LookupFunction } from 'node:net';
import type { Dispatcher, Pool } from 'undici';
import type { Environment } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { ProtocolError } from '../ground/errors.ts';
import { isLoopbackHost } from '../ground/loopback-host.ts';
import { bypassesProxy, type HttpProxy, proxyFromEnvironment } from '../ground/proxy.ts';
import type { ClientCertificate } from './certificates.ts';

/** The way to one address: directly, or through a proxy. */
export interface Route {
  readonly dispatcher: Dispatcher;
  readonly proxy: HttpProxy | undefined;
}

/** The connections of this run. */
export interface Outbound {
  /** Throws a `ProtocolError` when nothing may be sent to that address. */
  routeTo(target: URL): Route;
  /** Rejects with a `ProtocolError` for an address that the guard of this run lets nobody connect to. */
  admit(target: URL): Promise<void>;
  /** Ends every connection at once. */
  close(): Promise<void>;
}

interface OutboundOptions {
  readonly allowHttpLoopback: boolean;
  /** In place of Node's default list. */
  readonly certificates: readonly string[] | undefined;
  /** Milliseconds. */
  readonly connectDeadline: number;
  readonly env: Environment;
  /** As in `HttpOptions`. */
  readonly reachOf?: string;
  /** Shown to servers that ask for one, and to no proxy. */
  readonly clientCertificate?: ClientCertificate;
}

/**
 * Opens connections whose security no variable can lower: certificates are checked, and TLS is 1.2 or newer.
 *
 * Without a proxy, only two parts of undici are imported, which takes about 30 ms instead of 100. `whoami` and a
 * refreshing `token` would wait for the rest. `agent.request()` exists in the whole package only, so its function
 * is imported beside it.
 */
export async function openOutbound(options: OutboundOptions): Promise<Outbound> {
  const proxy = proxyFromEnvironment(options.env);
  if (options.env.NODE_DEBUG) {
    await muteDebugOutput();
  }
  const [{ default: Agent }, { createSecureContext }] = await Promise.all([
    import('undici/lib/dispatcher/agent.js'),
    import('node:tls'),
  ]);
  const lookup = await lookupPinningLocalhost();
  const guard =
    options.reachOf === undefined
      ? undefined
      : (await import('./address-guard.ts')).guardAddresses(options.reachOf, lookup);
  const { certificates, clientCertificate } = options;
  const trusted = {
    minVersion: 'TLSv1.2' as const,
    ...(certificates === undefined ? {} : { ca: [...certificates] }),
  };
  const connect = {
    // It is set explicitly, because NODE_TLS_REJECT_UNAUTHORIZED=0 changes the default only.
    rejectUnauthorized: true,
    secureContext: createSecureContext({ ...trusted, ...clientCertificate }),
    timeout: options.connectDeadline,
    autoSelectFamily: true,
    // Node gives an address 250 ms before it tries the next one, too little for a slow line.
    autoSelectFamilyAttemptTimeout: 1_000,
    lookup: guard?.lookup ?? lookup,
  };
  const direct = new Agent({ connect });
  // A proxy may stand in a private network; what lies behind it, it resolves itself.
  const toProxy = { ...connect, lookup, secureContext: createSecureContext(trusted) };
  const proxied = proxy === undefined ? undefined : await openProxied(proxy, { ...connect, lookup }, toProxy);

  return {
    routeTo(target) {
      assertMayBeSent(target, options.allowHttpLoopback);
      return proxied === undefined || bypassesProxy(target, options.env)
        ? { dispatcher: direct, proxy: undefined }
        : { dispatcher: proxied, proxy };
    },
    admit: async (target) => guard?.admit(target),
    async close() {
      await Promise.all([direct.destroy(), proxied?.destroy()]);
    },
  };
}

/**
 * Keeps undici, and the copy of it in Node, from printing whole addresses for `NODE_DEBUG`: a query may hold a
 * token or a proof of one. Both ask for their debug log once, when they are loaded.
 */
async function muteDebugOutput(): Promise<void> {
  const { default: util } = await import('node:util');
  const { debuglog } = util;
  const silent = Object.assign(() => {}, { enabled: false });
  Object.assign(util, {
    debuglog: (section: string) => (/^(undici|fetch|websocket)\b/.test(section) ? silent : debuglog(section)),
  });
}

/** What opens a connection for undici. */
type Connector = Extract<NonNullable<Pool.Options['connect']>, (...values: never) => unknown>;

async function openProxied(proxy: HttpProxy, tls: object, proxyTls: object): Promise<Dispatcher> {
  // The whole package is needed here: the proxy agent calls `client.connect()`, which only its entry point adds.
  const [undici, { isIP }] = await Promise.all([import('undici'), import('node:net')]);
  return new undici.ProxyAgent({
    uri: proxy.origin,
    // An address is no server name (RFC 6066 §3): undici sends it as one, and Node 26 refuses that.
    clientFactory: (origin, options: { readonly connect: Connector }) =>
      new undici.Pool(origin, {
        ...options,
        connect: (target, callback) => {
          const { servername, ...others } = target;
          // It is `null` for a proxy without TLS.
          const isAddress = isIP((servername ?? '').replace(/^\[|\]$/g, '')) !== 0;
          options.connect(isAddress ? others : target, callback);
        },
      }),
    ...defined({ token: proxy.authorization }),
    requestTls: tls,
    proxyTls,
  });
}

let pinning: LookupFunction | undefined;

/**
 * A resolver that answers for `localhost` itself, so that the name cannot lead off this machine. There is one in a
 * process: guards of addresses remember what it said.
 */
async function lookupPinningLocalhost(): Promise<LookupFunction> {
  const { lookup } = await import('node:dns');
  pinning ??= (hostname, options, callback) => {
    if (hostname !== 'localhost') {
      lookup(hostname, options, callback);
    } else if (options.all !== true) {
      callback(null, '127.0.0.1', 4);
    } else {
      const addresses = [
        { address: '127.0.0.1', family: 4 },
        { address: '::1', family: 6 },
      ];
      callback(null, addresses);
    }
  };
  return pinning;
}

function assertMayBeSent(target: URL, allowHttpLoopback: boolean): void {
  if (target.username !== '' || target.password !== '') {
    throw new ProtocolError(
      'protocol_insecure_uri',
      `the address at ${target.host} contains a user name or password`,
      {
        hint: 'use the address without them; the tool adds credentials where the standard puts them',
      },
    );
  }
  if (target.protocol === 'https:') {
    return;
  }
  const isLoopback = target.protocol === 'http:' && isLoopbackHost(target.hostname);
  if (isLoopback && allowHttpLoopback) {
    return;
  }
  throw new ProtocolError('protocol_insecure_uri', `${target.origin} is not an https address`, {
    hint: isLoopback
      ? 'if you mean this server on your own machine, sign in with --allow-http-loopback'
      : 'use the https address of the server; plain http works only for loopback addresses',
    ...(isLoopback ? { missing: 'http-loopback' } : {}),
  });
}
