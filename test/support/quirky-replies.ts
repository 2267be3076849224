import { setTimeout as sleep } from 'node:timers/promises';
import type { Responder } from './quirky-server.ts';

/** A JSON reply. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Responder {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
    response.end(JSON.stringify(body));
  };
}

/** A reply of any text. */
export function text(body: string, contentType: string, status = 200): Responder {
  return (_, response) => {
    response.writeHead(status, { 'content-type': contentType }).end(body);
  };
}

/** A form-encoded reply, as GitHub sends it unless it is asked for JSON. */
export function form(members: Record<string, string>, status = 200): Responder {
  return text(
    new URLSearchParams(members).toString(),
    'application/x-www-form-urlencoded; charset=utf-8',
    status,
  );
}

/** What a proxy in front of a server that is down says. */
export function badGateway(): Responder {
  return text('<html><body><h1>502 Bad Gateway</h1></body></html>', 'text/html', 502);
}

/** A redirect to anywhere. */
export function redirect(location: string, status = 302): Responder {
  return (_, response) => {
    response.writeHead(status, { location }).end();
  };
}

/** The reply, but late. */
export function late(milliseconds: number, responder: Responder): Responder {
  return async (request, response, server) => {
    await sleep(milliseconds, undefined, { ref: false });
    await responder(request, response, server);
  };
}

/** Headers and the beginning of a document, then never anything again. */
export function stalling(): Responder {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"access_token":"');
  };
}

/** A document that does not end, as fast as the reader takes it. */
export function endless(): Responder {
  return (_, response) => {
    const chunk = 'a'.repeat(64 * 1024);
    const more = () => {
      while (!response.destroyed && response.write(chunk)) {
        // The socket takes more.
      }
    };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.on('drain', more);
    response.write('{"access_token":"');
    more();
  };
}

/** The connection ends without an answer. */
export function hangUp(): Responder {
  return (request, response) => {
    void request;
    response.destroy();
  };
}
