import type { IncomingMessage, ServerResponse } from 'node:http';
import { Connections } from './connections.ts';
import { type FixedReply, fixedReplies } from './fixed-reply.ts';
import { openLoopbackServers } from './loopback-servers.ts';
import { sendFixedReply, sendReply } from './reply.ts';
import { hasBody, isNavigation, isOurHost, isPrefetch } from './request-screening.ts';
import { closeServer, serveRequests } from './serve-requests.ts';
import { randomId } from './unguessable-text.ts';

/**
 * A link on this machine that leads a browser to a page, so that no address of a server is in a program's
 * arguments.
 */
export interface PageLink {
  /** `http://127.0.0.1:PORT/s/…` */
  readonly link: string;
  /** Resolves when a browser has been sent to the page; the link is dead from then on. */
  readonly followed: Promise<void>;
  /** Closes the link at once. */
  close(): Promise<void>;
}

/**
 * Opens a link that can be followed once. The page has to be https; a `TypeError` says so otherwise.
 *
 * Throws a `NetworkError`, `network_port_in_use`, when there is no free port.
 */
export async function openPageLink(page: string): Promise<PageLink> {
  const { protocol, href } = new URL(page);
  if (protocol !== 'https:') {
    throw new TypeError('only an https page may be opened');
  }
  const path = `/s/${randomId()}`;
  const connections = new Connections();
  let markFollowed = () => {};
  const followed = new Promise<void>((resolve) => {
    markFollowed = resolve;
  });
  const { servers, port } = await openLoopbackServers('127.0.0.1', [0], (server) =>
    serveRequests(server, connections, answer),
  );
  const origin = `http://127.0.0.1:${port}`;

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const refusal = refusalOf(request, path, origin);
    if (refusal !== undefined) {
      sendFixedReply(request, response, refusal);
      return;
    }
    response.once('close', () => void close());
    sendReply(response, 302, '', { Location: href });
    markFollowed();
  }

  let closing: Promise<unknown> | undefined;
  async function close(): Promise<void> {
    closing ??= (() => {
      const closed = Promise.all(servers.map(closeServer));
      connections.destroyAll();
      return closed;
    })();
    await closing;
  }

  return { link: `${origin}${path}`, followed, close };
}

function refusalOf(request: IncomingMessage, path: string, origin: string): FixedReply | undefined {
  if (request.method !== 'GET') {
    return fixedReplies.methodNotAllowed;
  }
  if (request.url !== path) {
    return fixedReplies.notFound;
  }
  if (!isOurHost(request, new URL(origin).host)) {
    return fixedReplies.misdirected;
  }
  if (!isNavigation(request, origin)) {
    return fixedReplies.forbidden;
  }
  if (isPrefetch(request)) {
    return fixedReplies.prefetch;
  }
  return hasBody(request) ? fixedReplies.malformed : undefined;
}
