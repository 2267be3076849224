import type { RequestListener, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Connections } from './connections.ts';
import { fixedReplies } from './fixed-reply.ts';
import { writtenReply } from './reply.ts';

/** Has the server answer requests, and refuse everything else that can be asked of one; `oversized` is told of too long a head. */
export function serveRequests(
  server: Server,
  connections: Connections,
  answer: RequestListener,
  oversized: () => void = () => {},
): void {
  server.on('connection', (socket) => connections.admit(socket));
  server.on('request', answer);
  server.on('checkContinue', answer);
  server.on('checkExpectation', answer);
  server.on('upgrade', (_request, socket) => socket.destroy());
  server.on('connect', (_request, socket) => socket.destroy());
  server.on('clientError', (error, socket) => refuseUnread(error, socket, oversized));
}

/** Closes the server; connections are the caller's to end. */
export async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

/** Answers what the parser did not get through; a peer that was only slow gets no answer. */
function refuseUnread(error: Error, socket: Duplex, oversized: () => void): void {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT' || code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    oversized();
  }
  const reply = code === 'HPE_HEADER_OVERFLOW' ? fixedReplies.headTooLarge : fixedReplies.malformed;
  socket.end(writtenReply(reply), () => socket.destroy());
}
