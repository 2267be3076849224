import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { FixedReply } from './fixed-reply.ts';
import { contentSecurityPolicy } from './page-frame.ts';

/** The headers of every reply, whatever its status: nothing is kept, embedded, sniffed, run or told to others. */
function headersFor(body: string): Record<string, string> {
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'Content-Security-Policy': contentSecurityPolicy,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
  };
}

/** Sends a reply and closes the connection after it. */
export function sendReply(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.sendDate = false;
  response.writeHead(status, { ...headersFor(body), ...headers });
  response.end(body);
}

/** Sends one of the replies that never change. */
export function sendFixedReply(response: ServerResponse, reply: FixedReply): void {
  sendReply(response, reply.status, reply.body, reply.headers);
}

/** Gives a reply as it goes over the wire, for requests that the parser did not get through. */
export function writtenReply(reply: FixedReply): string {
  const headers = Object.entries({ ...headersFor(reply.body), ...reply.headers });
  return [
    `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ''}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    '',
    reply.body,
  ].join('\r\n');
}
