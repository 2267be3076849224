import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a TLS server needs, in PEM. */
export interface Credentials {
  readonly key: string;
  readonly cert: string;
}

/** A certificate authority that lives as long as a test. */
export interface Authority {
  /** Path of its certificate in PEM. */
  readonly caFile: string;
  /** A certificate for names like `DNS:as.test` and `IP:127.0.0.1`; `days` below zero gives an expired one. */
  issue(names: readonly string[], days?: number): Promise<Credentials>;
  remove(): Promise<void>;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Makes a certificate authority with the `openssl` command, in a directory of its own. */
export async function openAuthority(): Promise<Authority> {
  const directory = await mkdtemp(join(tmpdir(), 'oauth-login-ca-'));
  const at = (name: string) => join(directory, name);
  const openssl = (...args: string[]) => run('openssl', args, { cwd: directory });
  await openssl(
    ...['req', '-x509', ...NEW_KEY, '-keyout', 'ca.key', '-out', 'ca.pem'],
    ...['-subj', '/CN=oauth-login test authority', '-days', '2'],
  );
  let issued = 0;
  return {
    caFile: at('ca.pem'),
    async issue(names, days = 2) {
      issued += 1;
      const [name, serial] = [`leaf-${issued}`, String(issued)];
      await writeFile(at(`${name}.ext`), `subjectAltName=${names.join(',')}\n`);
      await openssl(
        'req',
        ...NEW_KEY,
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.csr`,
        '-subj',
        `/CN=${name}`,
      );
      await openssl(
        // A file of serial numbers would be written by two at once.
        ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-set_serial', serial],
        ...['-days', String(days), '-extfile', `${name}.ext`, '-out', `${name}.pem`],
      );
      return {
        key: await readFile(at(`${name}.key`), 'utf8'),
        cert: await readFile(at(`${name}.pem`), 'utf8'),
      };
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** A server on an ephemeral port of 127.0.0.1. */
export interface TestServer {
  /** `http://127.0.0.1:PORT` or `https://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly port: number;
  /** Sockets accepted so far, whatever came of them. */
  readonly connections: () => number;
  /** Sockets that are open now. */
  readonly openSockets: () => number;
  close(): Promise<void>;
}

/** Serves over plain http. */
export function serveHttp(listener: RequestListener): Promise<TestServer> {
  return listen(createHttpServer(listener), 'http');
}

/** Serves over TLS. */
export function serveHttps(options: ServerOptions, listener: RequestListener): Promise<TestServer> {
  return listen(createHttpsServer(options, listener), 'https');
}

/** Starts any server of Node's on an ephemeral loopback port and keeps count of its sockets. */
export async function listen(server: Server, scheme: 'http' | 'https'): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${scheme}://127.0.0.1:${port}`,
    port,
    connections: () => connections,
    openSockets: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) {
          socket.destroy();
        }
      }),
  };
}
