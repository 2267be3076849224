import type { ServerResponse } from 'node:http';

/** What the proxy answers itself: the status, what happened, and what to do. */
interface RefusalReply {
  readonly status: number;
  readonly message: string;
  readonly hint: string;
}

const CLIENT = 'give the program the address and the token that the proxy was started with';
const PATH = 'write the path the way the documentation of the API does';

/** Every reason for which a request is not sent on; each name is a stable code, after `proxy_`. */
export const refusals = {
  other_user: {
    status: 403,
    message: 'this proxy is for the user who started it',
    hint: 'start one of your own: oauth-login proxy github',
  },
  wrong_host: { status: 421, message: 'this is not the address of this proxy', hint: CLIENT },
  browser_page: {
    status: 403,
    message: 'this proxy does not answer pages in a browser',
    hint: 'use a program that is no browser',
  },
  token_required: {
    status: 401,
    message: 'the token of this proxy is missing or wrong',
    hint: CLIENT,
  },
  foreign_target: {
    status: 400,
    message: 'this proxy leads to one API, and to no other address',
    hint: 'send the path alone, such as GET /user HTTP/1.1',
  },
  malformed_target: { status: 400, message: 'the path of the request is malformed', hint: PATH },
  ambiguous_path: {
    status: 400,
    message: 'the path of the request has an empty part or one of dots',
    hint: PATH,
  },
  outside_resource: {
    status: 403,
    message: 'the token is for another part of this server',
    hint: 'ask for the address that was signed in to, or for one below it',
  },
  method_override: {
    status: 400,
    message: 'the request names a second method, which the rules of this proxy do not see',
    hint: 'leave out headers such as X-HTTP-Method-Override, and _method in the query',
  },
  path_override: {
    status: 400,
    message: 'the request names a second path, which this proxy does not check',
    hint: 'leave out headers such as X-Original-URL and X-Forwarded-Uri',
  },
  not_allowed: {
    status: 403,
    message: 'the rules of this proxy do not allow this method and path',
    hint: "to allow one, start the proxy with a rule such as: --allow 'GET /user'",
  },
  body_not_allowed: {
    status: 400,
    message: 'a GET or HEAD request has no body here',
    hint: 'leave the body out, or use another method',
  },
  method_not_supported: {
    status: 405,
    message: 'this proxy does not pass that method on',
    hint: 'use a method of HTTP APIs, such as GET or POST',
  },
  form_too_large: {
    status: 413,
    message: 'this form is too large to be signed (OAuth 1.0a)',
    hint: 'send less at once, or as multipart/form-data',
  },
  no_upgrade: {
    status: 501,
    message: 'this proxy has no WebSockets and no other upgrades',
    hint: 'use the HTTP API of the provider',
  },
  malformed_request: { status: 400, message: 'this is not a well-formed HTTP request', hint: CLIENT },
  head_too_large: {
    status: 431,
    message: 'the headers of the request are too large',
    hint: 'send no more than 16 KiB of headers',
  },
} as const satisfies Record<string, RefusalReply>;

/** Why a request is not sent on. */
export type Refusal = keyof typeof refusals;

/** What a program reads that asked: the facts of an error, as `--json` has them. */
export interface ReplyDocument {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** The reply to a request that is not sent on: its status, headers and body. */
export function refusalReply(refusal: Refusal): OwnReply {
  const { status, message, hint } = refusals[refusal];
  const reply = ownReply(status, { code: `proxy_${refusal}`, message, hint });
  return refusal === 'token_required'
    ? { ...reply, headers: { ...reply.headers, 'www-authenticate': 'Bearer realm="proxy"' } }
    : reply;
}

/** A reply of the proxy itself. */
export interface OwnReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Such a reply, after which the connection ends: what else is on it was not read. */
export function ownReply(status: number, error: ReplyDocument): OwnReply {
  const body = `${JSON.stringify({ error })}\n`;
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      connection: 'close',
    },
    body,
  };
}

/** Sends such a reply; the beginning of another one cannot be taken back, and its connection breaks off instead. */
export function sendOwnReply(response: ServerResponse, { status, headers, body }: OwnReply): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, headers).end(response.req.method === 'HEAD' ? undefined : body);
}

/** Such a reply as it stands on the wire, for a connection that has no response object. */
export function writtenOwnReply({ status, headers, body }: OwnReply): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Refused\r\n${lines.join('')}\r\n${body}`;
}
