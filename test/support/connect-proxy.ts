import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { connect } from 'node:net';
import { listen, type TestServer } from './tls.ts';

/** A proxy that records what it is asked for. */
export interface ConnectProxy extends TestServer {
  /** Request lines, like `CONNECT as.test:443`. */
  readonly requests: readonly string[];
  /** Values of `Proxy-Authorization`, `undefined` where it was missing. */
  readonly authorizations: readonly (string | undefined)[];
}

/**
 * Opens a proxy that leads every CONNECT to a port of 127.0.0.1, or answers with a status when given one instead; with
 * `tls`, it speaks TLS itself.
 */
export async function openConnectProxy(
  answer: { port: number } | { status: number },
  tls?: ServerOptions,
  onConnect: (socket: object) => unknown = () => {},
): Promise<ConnectProxy> {
  const requests: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const record: RequestListener = (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    response.writeHead(405).end();
  };
  const server = tls === undefined ? createServer(record) : createTlsServer(tls, record);
  server.on('connect', (request, socket) => {
    onConnect(socket);
    requests.push(`CONNECT ${request.url}`);
    authorizations.push(request.headers['proxy-authorization']);
    socket.on('error', () => {});
    if ('status' in answer) {
      socket.end(`HTTP/1.1 ${answer.status} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const upstream = connect(answer.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
  });
  return { ...(await listen(server, tls === undefined ? 'http' : 'https')), requests, authorizations };
}
