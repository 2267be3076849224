import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { Connections } from '../loopback/connections.ts';
import { openLoopbackServers } from '../loopback/loopback-servers.ts';
import { closeServer } from '../loopback/serve-requests.ts';
import type { Admission } from './admission.ts';
import type { AllowRule } from './allow-rule.ts';
import { type Forwarding, forward } from './forward.ts';
import { type Refusal, refusalReply, refusals, sendOwnReply, writtenOwnReply } from './refusal.ts';
import { readTarget } from './request-target.ts';

/** Sockets held at a time, of all addresses of a proxy. */
const MAXIMUM_SOCKETS = 4_096;
const KEEP_ALIVE_MILLISECONDS = 60_000;
const HOST = '127.0.0.1';

/** What a proxy is opened with. */
export interface ProxyOptions {
  /** The origins of the API that it leads to, each by an address of its own; the first one has the port. */
  readonly origins: readonly string[];
  readonly port: number;
  readonly rules?: readonly AllowRule[];
  readonly admission: Admission;
  /** How long the headers of a request may take; five seconds unless told. */
  readonly headersMilliseconds?: number;
  readonly forwarding: Omit<Forwarding, 'addresses'>;
  /** Is told of each request, once it was answered. */
  readonly log: (entry: LogEntry) => void;
}

/** What is told of a request. A query and a header could hold a secret, so neither is told. */
export interface LogEntry {
  readonly method: string;
  readonly origin: string;
  readonly path: string;
  /** 499: the client did not wait. */
  readonly status: number;
  readonly refusal?: Refusal;
  readonly milliseconds: number;
}

/** A proxy that is listening. */
export interface OpenProxy {
  /** By the origins of the API that they lead to. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Ends all connections at once. */
  close(): Promise<void>;
}

/**
 * Opens a proxy on the loopback interface. It sends requests on to these origins, and to nothing else.
 *
 * Throws a `NetworkError`, `network_port_in_use`, when the port cannot be had.
 */
export async function openProxy(
  options: ProxyOptions,
  { clock }: Pick<Context, 'clock'>,
): Promise<OpenProxy> {
  const { origins, rules, admission, log } = options;
  const connections = new Connections(MAXIMUM_SOCKETS);
  const addresses = new Map<string, string>();
  const forwarding: Forwarding = { ...options.forwarding, addresses };
  const { resource } = forwarding.provider;
  const servers: Server[] = [];

  async function answer(origin: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = clock.monotonic();
    const { socket } = request;
    const authority = new URL(addresses.get(origin) ?? '').host;
    const refusal = (await admission(request, authority)) ?? refusedMethod(request);
    const reach = { origin, ...defined({ resource, rules }) };
    const target = refusal ?? readTarget(request, reach);
    let status: number;
    if (target instanceof URL) {
      connections.keep(socket);
      if (request.headers.expect !== undefined) {
        response.writeContinue();
      }
      status = await forward(request, response, target, forwarding);
      connections.release(socket);
    } else {
      ({ status } = refusals[target]);
      sendOwnReply(response, refusalReply(target));
    }
    log({
      method: request.method ?? '',
      origin,
      path: (request.url ?? '').split('?', 1).join(),
      status,
      milliseconds: Math.round(clock.monotonic() - startedAt),
      ...(target instanceof URL ? {} : { refusal: target }),
    });
  }

  function serve(server: Server, origin: string): void {
    server.on('connection', (socket) => connections.admit(socket));
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      response.on('error', () => {});
      void answer(origin, request, response).catch(() => response.destroy());
    };
    server.on('request', listener);
    server.on('checkContinue', listener);
    server.on('checkExpectation', listener);
    server.on('upgrade', (_request, socket) => refuseOn(socket, 'no_upgrade'));
    server.on('connect', (_request, socket) => refuseOn(socket, 'no_upgrade'));
    server.on('clientError', (error, socket) => {
      const code = 'code' in error ? error.code : undefined;
      if (code === 'ERR_HTTP_REQUEST_TIMEOUT' || code === 'ECONNRESET') {
        socket.destroy();
        return;
      }
      refuseOn(socket, code === 'HPE_HEADER_OVERFLOW' ? 'head_too_large' : 'malformed_request');
    });
  }

  async function close(): Promise<void> {
    const closed = Promise.all(servers.map(closeServer));
    connections.destroyAll();
    await closed;
  }

  try {
    for (const [index, origin] of origins.entries()) {
      const opened = await openLoopbackServers(
        HOST,
        [index === 0 ? options.port : 0],
        (server) => serve(server, origin),
        {
          options: {
            ...defined({ headersTimeout: options.headersMilliseconds }),
            // The body of a request may take as long as it takes: it is sent on as it comes.
            requestTimeout: 0,
            keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
            insecureHTTPParser: false,
          },
          words: {
            inUse: 'so the proxy cannot have it',
            otherPort: 'choose another one with --port N, or leave --port out',
          },
        },
      );
      servers.push(...opened.servers);
      addresses.set(origin, `http://${HOST}:${opened.port}`);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { addresses, close };
}

/** Methods that the way to the API does not pass on (Fetch §2.2.1). */
function refusedMethod({ method = '' }: IncomingMessage): Refusal | undefined {
  return ['CONNECT', 'TRACE', 'TRACK'].includes(method) ? 'method_not_supported' : undefined;
}

function refuseOn(socket: Duplex, refusal: Refusal): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(writtenOwnReply(refusalReply(refusal)), () => socket.destroy());
}
