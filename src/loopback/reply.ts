import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { type FixedReply, fixedPage } from './fixed-reply.ts';
import { contentSecurityPolicy } from './page-frame.ts';
import { pageLanguageOf } from './page-language.ts';

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

/** Sends one of the replies that never change, in the language of the browser. */
export function sendFixedReply(
  request: Pick<IncomingMessage, 'headers'>,
  response: ServerResponse,
  reply: FixedReply,
): void {
  const page = fixedPage(reply, pageLanguageOf(request.headers['accept-language']));
  sendReply(response, reply.status, page, reply.headers);
}

/** Gives a reply as it goes over the wire, in English, for requests that the parser did not get through. */
export function writtenReply(reply: FixedReply): string {
  const page = fixedPage(reply, 'en');
  const headers = Object.entries({ ...headersFor(page), ...reply.headers });
  return [
    `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ''}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    '',
    page,
  ].join('\r\n');
}
