import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Provider } from '../../src/providers/provider.ts';

/** A request as it came over the wire. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Header names and values, in order and spelling of the wire. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** Answers one request; it may also leave it unanswered. */
export type Responder = (
  request: RecordedRequest,
  response: ServerResponse,
  server: QuirkyServer,
) => void | Promise<void>;

export interface QuirkyServer {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Every request so far. */
  readonly requests: readonly RecordedRequest[];
  /** The requests to that path (`METHOD /path` or `/path`). */
  requestsTo(route: string): RecordedRequest[];
  /** Sets what answers a route from now on; several responders answer in turn, the last one for good. */
  on(route: string, ...responders: readonly [Responder, ...Responder[]]): void;
  /** The same for an address that is played here, such as `https://host/path`; none is set for no address. */
  at(url: string | undefined, ...responders: readonly [Responder, ...Responder[]]): void;
  /** Where `https://host/path` is played: `http://127.0.0.1:PORT/host/path`. Own addresses stay as they are. */
  placeOf(url: string): string;
  /** The provider with every address that is requested led to this server. */
  standInFor(provider: Provider): Provider;
  /** A `fetch` that leads every https address to this server, for presets that must stay as they are. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  close(): Promise<void>;
}

/** Opens a server on an ephemeral port of 127.0.0.1 that answers 404 until it is told otherwise. */
export async function openQuirkyServer(): Promise<QuirkyServer> {
  const routes = new Map<string, Responder[]>();
  const requests: RecordedRequest[] = [];

  const http = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) {
      chunks.push(chunk);
    }
    const { method = '', url: target = '/' } = incoming;
    const { pathname: path, searchParams: query } = new URL(target, 'http://quirky.invalid');
    const { headers, rawHeaders } = incoming;
    const body = Buffer.concat(chunks).toString();
    const request = { method, target, path, query, headers, rawHeaders, body };
    requests.push(request);
    const responders = routes.get(`${method} ${path}`) ?? routes.get(path);
    const responder =
      responders !== undefined && responders.length > 1 ? responders.shift() : responders?.[0];
    if (responder === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
      return;
    }
    await responder(request, response, server);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;

  const server: QuirkyServer = {
    origin,
    requests,
    requestsTo: (route) =>
      requests.filter(({ method, path }) => route === path || route === `${method} ${path}`),
    on: (route, ...responders) => {
      routes.set(route, [...responders]);
    },
    at: (url, ...responders) => {
      if (url !== undefined) {
        routes.set(new URL(placeOf(url)).pathname, [...responders]);
      }
    },
    placeOf,
    standInFor: (provider) => ({
      ...provider,
      endpoints: Object.fromEntries(
        Object.entries(provider.endpoints).map(([name, endpoint]) => [name, placeOf(endpoint)]),
      ),
      profile: {
        ...provider.profile,
        ...(provider.profile.url === undefined ? {} : { url: placeOf(provider.profile.url) }),
        ...(provider.profile.emails === undefined
          ? {}
          : { emails: { ...provider.profile.emails, url: placeOf(provider.profile.emails.url) } }),
      },
      revocation:
        provider.revocation.kind === 'request'
          ? { ...provider.revocation, url: placeOf(provider.revocation.url) }
          : provider.revocation,
    }),
    fetch: (input, init) =>
      fetch(placeOf(input instanceof Request ? input.url : String(input)), { redirect: 'manual', ...init }),
    close: async () => {
      http.close();
      http.closeAllConnections();
      await once(http, 'close');
    },
  };
  return server;

  function placeOf(url: string): string {
    return url.startsWith('https://') ? `${origin}/${url.slice('https://'.length)}` : url;
  }
}
