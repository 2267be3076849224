import type { Dispatcher } from 'undici';
import { ProtocolError } from '../errors.ts';

/** Most bytes of a reply that are read. */
const BODY_CAP = 256 * 1024;
/** A JWK Set may be longer: providers publish several certificate chains. */
const JWK_SET_CAP = 512 * 1024;
const USER_AGENT = 'oauth-login/0';
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const BODILESS = new Set([204, 205, 304]);

/**
 * One request and its whole reply, redirects not followed, compression refused, size capped.
 *
 * @throws {ProtocolError} when the reply must not be used; what undici throws, when there is none.
 */
export async function exchange(
  dispatcher: Dispatcher,
  target: URL,
  request: Request,
  body: Uint8Array | undefined,
  signal: AbortSignal,
): Promise<Response> {
  const { default: send } = await import('undici/lib/api/api-request.js');
  const reply = await send.call(dispatcher, {
    origin: target.origin,
    path: `${target.pathname}${target.search}`,
    method: request.method,
    headers: {
      ...Object.fromEntries(request.headers),
      'accept-encoding': 'identity',
      'user-agent': USER_AGENT,
    },
    body: body ?? null,
    signal,
    // The deadline of the whole exchange holds instead.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    const headers = new Headers();
    for (const [name, values] of Object.entries(reply.headers)) {
      for (const value of [values].flat()) headers.append(name, value ?? '');
    }
    assertUsable(reply.statusCode, headers, target);
    const jwkSet = request.headers.get('accept')?.includes('application/jwk-set+json') === true;
    const bytes = await readUpTo(jwkSet ? JWK_SET_CAP : BODY_CAP, reply, headers, target);
    return new Response(BODILESS.has(reply.statusCode) ? null : bytes, {
      status: reply.statusCode,
      headers,
    });
  } finally {
    // Also on success, where nothing is left: an unread body would keep its connection.
    reply.body.on('error', () => {}).destroy();
  }
}

function assertUsable(status: number, headers: Headers, target: URL): void {
  if (REDIRECTS.has(status)) {
    throw new ProtocolError(
      'protocol_redirect',
      `${target.origin}${target.pathname} sent a redirect to ${redirectTarget(headers.get('location'), target)}, which is not followed`,
      { hint: 'check the address of the provider; a redirect would carry secrets to another server' },
    );
  }
  if (status < 200 || status > 599) throw invalid(target, `an unknown status, ${status}`);
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
      { hint: 'check that the address is the one of the provider; its replies are small' },
    );
  if (Number(headers.get('content-length') ?? 0) > cap) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of reply.body as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > cap) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function invalid(target: URL, what: string): ProtocolError {
  return new ProtocolError('protocol_invalid_response', `${target.origin}${target.pathname} sent ${what}`, {
    hint: 'try again later, and check the address of the provider if it happens again',
  });
}
