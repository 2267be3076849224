import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { defined } from '../ground/defined.ts';
import { ProtocolError } from '../ground/errors.ts';

/** Longest reply that is read, in bytes. */
const BODY_CAP = 256 * 1024;
/** A JWK Set may be longer: providers publish several certificate chains. */
const JWK_SET_CAP = 512 * 1024;
const USER_AGENT = 'oauth-login/0';
const redirectStatus = new Set([301, 302, 303, 307, 308]);
const bodiless = new Set([204, 205, 304]);

/** The request and its connection. */
export interface HttpExchange {
  readonly dispatcher: Dispatcher;
  readonly target: URL;
  readonly request: Request;
  readonly body: Uint8Array | Readable | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Sends one request and reads its whole reply. Redirects are not followed, compression is refused, and the size is
 * limited. Throws a `ProtocolError` when the reply must not be used, and the error of undici when there is no
 * reply.
 */
export async function exchange(parts: HttpExchange): Promise<Response> {
  const { target, request } = parts;
  // The whole exchange has one deadline, instead of one for each silence.
  const reply = await send(parts, { 'user-agent': USER_AGENT }, 0);
  try {
    const headers = headersOf(reply);
    assertNoRedirect(reply.statusCode, headers, target);
    assertUsable(reply.statusCode, headers, target);
    const jwkSet = request.headers.get('accept')?.includes('application/jwk-set+json') === true;
    const bytes = await readUpTo(jwkSet ? JWK_SET_CAP : BODY_CAP, reply, headers, target);
    return new Response(bodiless.has(reply.statusCode) ? null : bytes, {
      status: reply.statusCode,
      headers,
    });
  } finally {
    // The body is also cancelled on success, because an unread body would keep its connection.
    reply.body.on('error', () => {}).destroy();
  }
}

/**
 * One request and the beginning of its reply, whose body arrives as it is read, however long it is. A redirect is a
 * reply like any other. `idle` is the longest silence, in milliseconds, before the headers and between two parts.
 *
 * Throws a `ProtocolError` when the reply must not be used; what undici throws, when there is none.
 */
export async function streamingExchange(
  parts: HttpExchange,
  idle: number,
  failureOf: (failure: unknown) => unknown,
): Promise<Response> {
  const { headers: asked } = parts.request;
  const reply = await send(parts, { 'user-agent': asked.get('user-agent') ?? USER_AGENT }, idle);
  // The reader of the body gets the failure. Without a listener, it would end the process too.
  const body = reply.body.on('error', () => {});
  const headers = headersOf(reply);
  try {
    assertUsable(reply.statusCode, headers, parts.target);
  } catch (error) {
    body.destroy();
    throw error;
  }
  if (bodiless.has(reply.statusCode) || parts.request.method === 'HEAD') {
    body.destroy();
    return new Response(null, { status: reply.statusCode, headers });
  }
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.next();
          if (done) {
            controller.close();
          } else {
            controller.enqueue(value);
          }
        } catch (failure) {
          controller.error(failureOf(failure));
        }
      },
      cancel: () => void body.destroy(),
    },
    { highWaterMark: 0 },
  );
  return new Response(stream, { status: reply.statusCode, headers });
}

async function send(
  { dispatcher, target, request, body, signal }: HttpExchange,
  own: Readonly<Record<string, string>>,
  idle: number,
): Promise<Dispatcher.ResponseData> {
  const { default: dispatch } = await import('undici/lib/api/api-request.js');
  return dispatch.call(dispatcher, {
    origin: target.origin,
    path: `${target.pathname}${target.search}`,
    method: request.method,
    headers: { ...Object.fromEntries(request.headers), 'accept-encoding': 'identity', ...own },
    body: body ?? null,
    ...defined({ signal }),
    headersTimeout: idle,
    bodyTimeout: idle,
  });
}

function headersOf(reply: Dispatcher.ResponseData): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(reply.headers)) {
    for (const value of [values].flat()) {
      headers.append(name, value ?? '');
    }
  }
  return headers;
}

function assertNoRedirect(status: number, headers: Headers, target: URL): void {
  if (!redirectStatus.has(status)) {
    return;
  }
  throw new ProtocolError(
    'protocol_redirect',
    `${target.origin}${target.pathname} sent a redirect to ${redirectTarget(headers.get('location'), target)}, which is not followed`,
    { hint: 'check the address of the provider; a redirect would carry secrets to another server' },
  );
}

function assertUsable(status: number, headers: Headers, target: URL): void {
  if (status < 200 || status > 599) {
    throw invalid(target, `an unknown status, ${status}`);
  }
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity') {
    throw invalid(target, 'a compressed reply, although none was asked for');
  }
}

/** Only the host: the rest of the address may carry what was sent. */
function redirectTarget(location: string | null, target: URL): string {
  const uri =
    location !== null && URL.canParse(location, target.href) ? new URL(location, target) : undefined;
  return uri !== undefined && /^[\w.:[\]-]{1,255}$/.test(uri.host) ? uri.host : 'an unreadable address';
}

async function readUpTo(
  cap: number,
  reply: Dispatcher.ResponseData,
  headers: Headers,
  target: URL,
): Promise<Uint8Array> {
  const tooLarge = () =>
    new ProtocolError(
      'protocol_response_too_large',
      `${target.origin}${target.pathname} sent more than ${cap / 1024} KiB`,
      { hint: "check that this is the provider's address; its replies are small" },
    );
  if (Number(headers.get('content-length') ?? 0) > cap) {
    throw tooLarge();
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of reply.body as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > cap) {
      throw tooLarge();
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function invalid(target: URL, what: string): ProtocolError {
  return new ProtocolError('protocol_invalid_response', `${target.origin}${target.pathname} sent ${what}`, {
    hint: 'try again later, and check the address of the provider if it happens again',
  });
}

/**
 * The signal is left out, since `fetch` watches it itself. The messages of the platform are left out too, since
 * they quote headers.
 */
export function readRequest(input: string | URL | Request, init: RequestInit): Request {
  try {
    return new Request(input, { ...init, signal: null });
  } catch {
    throw new TypeError('the address, the method or a header of the request is malformed');
  }
}
