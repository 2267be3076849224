import { createServer, type Server, type ServerOptions } from 'node:http';
import { NetworkError } from '../ground/errors.ts';

/** The host of the redirect URI (RFC 8252 §7.3, §8.3). */
export type LoopbackHost = '127.0.0.1' | 'localhost' | '[::1]';

// `localhost` means both addresses. A program on the other one would get the code from browsers that try it first.
const loopbackAddresses: Readonly<Record<LoopbackHost, readonly string[]>> = {
  '127.0.0.1': ['127.0.0.1'],
  '[::1]': ['::1'],
  localhost: ['127.0.0.1', '::1'],
};

/** How the servers of a listener differ from those of a sign-in. */
export interface ServerChoices {
  /** Further options of each server. */
  readonly options?: ServerOptions;
  readonly words?: PortWords;
}

/** What is said of a port that cannot be had. */
interface PortWords {
  /** What it means that another program uses it. */
  readonly inUse: string;
  /** What to do, unless that program can be ended. */
  readonly otherPort: string;
}

const MAXIMUM_HEAD_BYTES = 16 * 1024;
const REQUEST_TIMEOUT_MILLISECONDS = 5_000;
/** How often another ephemeral port is tried when only one of the two families could have it. */
const EPHEMERAL_ATTEMPTS = 16;

/** The servers of one redirect URI, one for each address, all on one port. */
export interface LoopbackServers {
  readonly servers: readonly Server[];
  readonly port: number;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function openServer(options: ServerOptions = {}): Server {
  return createServer({
    maxHeaderSize: MAXIMUM_HEAD_BYTES,
    headersTimeout: REQUEST_TIMEOUT_MILLISECONDS,
    requestTimeout: REQUEST_TIMEOUT_MILLISECONDS,
    connectionsCheckingInterval: 1_000,
    // A request without Host gets the 421 of this listener. The parser's reply would lack its headers.
    requireHostHeader: false,
    ...options,
  });
}

/** Listens and gives the port. */
async function listen(server: Server, address: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port, ipv6Only: address === '::1', exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string' || bound.address !== address) {
    server.close();
    throw new Error('the listener is not on the loopback interface');
  }
  return bound.port;
}

/** Listens on one port of every address; an address family that this machine lacks is left out. */
async function listenOnAll(
  addresses: readonly string[],
  port: number,
  prepare: (server: Server) => void,
  options: ServerOptions | undefined,
): Promise<LoopbackServers> {
  const servers: Server[] = [];
  let chosen = port;
  let lacking: unknown;
  for (const address of addresses) {
    const server = openServer(options);
    prepare(server);
    try {
      chosen = await listen(server, address, chosen);
      servers.push(server);
    } catch (error) {
      if (codeOf(error) === 'EAFNOSUPPORT' || codeOf(error) === 'EADDRNOTAVAIL') {
        lacking = error;
        continue;
      }
      for (const opened of servers) {
        opened.close();
      }
      throw error;
    }
  }
  if (servers.length === 0) {
    throw lacking;
  }
  return { servers, port: chosen };
}

const signInWords: PortWords = {
  inUse: 'so sign-in on that port is abandoned',
  otherPort: 'use another port that is registered for this client: --port N',
};

function portError(port: number, cause: unknown, { inUse, otherPort } = signInWords): NetworkError {
  if (codeOf(cause) === 'EADDRINUSE') {
    return new NetworkError('network_port_in_use', `port ${port} is in use by another program, ${inUse}`, {
      hint: `end that program, or ${otherPort}`,
      cause,
    });
  }
  return new NetworkError('network_port_in_use', `cannot listen on port ${port} of the loopback interface`, {
    hint: otherPort,
    cause,
  });
}

/**
 * Opens the listener's servers on the loopback interface only; the ports are tried in order, 0 is any free one.
 *
 * `prepare` gets each server before it listens, so that no connection comes too early for it.
 *
 * Throws a `NetworkError`, `network_port_in_use`, when none of the ports can be had.
 */
export async function openLoopbackServers(
  host: LoopbackHost,
  ports: readonly number[],
  prepare: (server: Server) => void,
  { options, words }: ServerChoices = {},
): Promise<LoopbackServers> {
  let last: NetworkError | undefined;
  for (const port of ports) {
    for (let attempt = 1; attempt <= (port === 0 ? EPHEMERAL_ATTEMPTS : 1); attempt += 1) {
      try {
        return await listenOnAll(loopbackAddresses[host], port, prepare, options);
      } catch (error) {
        if (codeOf(error) === '') {
          throw error;
        }
        last = portError(port, error, words);
      }
    }
  }
  throw last ?? portError(0, undefined);
}
