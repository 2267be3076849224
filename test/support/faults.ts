import type { ServerResponse } from 'node:http';

/** What an endpoint can do wrong instead of answering. */
export type Fault =
  /** A page of a proxy or a load balancer. */
  | { readonly kind: 'html'; readonly status: number }
  /** Any reply at all. */
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly body: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: number }
  /** An error whose description, and whose challenge, repeat what was sent: credentials, body and all. */
  | { readonly kind: 'echo'; readonly status: number }
  /** Answers rightly, but so late. */
  | { readonly kind: 'late'; readonly milliseconds: number }
  /** Accepts the request and never answers. */
  | { readonly kind: 'hang' }
  /** Starts to answer and sends one byte now and then, for ever. */
  | { readonly kind: 'drip' }
  /** Resets the connection; with `afterProcessing` the provider has done its work by then. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'reset'; readonly afterProcessing: true }
  /** A JSON document of that many bytes, sent as fast as it is read. */
  | { readonly kind: 'large'; readonly bytes: number };

/** A fault that takes the place of the answer. */
export type SpoilingFault = Exclude<Fault, { readonly kind: 'late' }>;

/** What was sent, for the faults that repeat it. */
export interface Sent {
  readonly body: string;
  readonly authorization?: string | undefined;
}

export function applyFault(fault: SpoilingFault, response: ServerResponse, sent: Sent = { body: '' }): void {
  switch (fault.kind) {
    case 'echo':
      sendEcho(fault.status, response, sent);
      return;
    case 'html':
      response.writeHead(fault.status, { 'content-type': 'text/html' });
      response.end(`<html><head><title>${fault.status}</title></head><body>upstream failed</body></html>`);
      return;
    case 'reply':
      response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
      response.end(fault.body);
      return;
    case 'redirect':
      response.writeHead(fault.status ?? 302, { location: fault.location }).end();
      return;
    case 'hang':
      return;
    case 'drip':
      drip(response);
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'large':
      sendLarge(response, fault.bytes);
      return;
  }
}

function sendEcho(status: number, response: ServerResponse, { body, authorization = '' }: Sent): void {
  const values = [...new URLSearchParams(body).values()].reverse();
  const description = [authorization, ...values, body].join(' ');
  const quoted = description.replaceAll(/[^\x20-\x7e]|["\\]/g, '');
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(status === 401
      ? { 'www-authenticate': `Bearer error="invalid_token", error_description="${quoted}"` }
      : {}),
  });
  const error = values.find((value) => /^[\w-]{20,64}$/.test(value)) ?? 'invalid_request';
  response.end(
    JSON.stringify({ error, error_description: description, error_uri: `https://x.test/?${body}` }),
  );
}

function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 100);
  response.once('close', () => clearInterval(timer));
}

function sendLarge(response: ServerResponse, bytes: number): void {
  const start = '{"access_token":"';
  const end = '"}';
  const block = Buffer.alloc(64 * 1024, 'a');
  let left = bytes - start.length - end.length;
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes });
  response.write(start);
  const more = () => {
    while (left > 0 && !response.destroyed) {
      const part = block.subarray(0, Math.min(left, block.length));
      left -= part.length;
      if (!response.write(part)) {
        response.once('drain', more);
        return;
      }
    }
    response.end(end);
  };
  more();
}
