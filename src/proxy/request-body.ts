import type { IncomingMessage } from 'node:http';

/** The longest body that is held in memory, so that it can be sent again, in bytes. */
const REPEATABLE = 64 * 1024;
/** The longest form that is held in memory to be signed (RFC 5849 §3.4.1.3.1), in bytes. */
const SIGNABLE = 1024 * 1024;

/** The body of a request, on its way to the API. */
export type RequestBody =
  | { readonly kind: 'none' }
  /** It can be sent twice. */
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  | { readonly kind: 'stream'; readonly stream: ReadableStream<Uint8Array> }
  | { readonly kind: 'too-large' };

/** Whether a request says that a body follows (RFC 9112 §6.3). */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** Whether the body is a form, which OAuth 1.0a signs. */
export function isForm({ headers }: IncomingMessage): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '');
}

/**
 * Reads the body of a request, or gives the stream of one that is long or of no known length. With `isSigned`, a form is
 * read whole, or is too large.
 */
export async function readRequestBody(request: IncomingMessage, isSigned: boolean): Promise<RequestBody> {
  if (!hasBody(request)) {
    return { kind: 'none' };
  }
  if (isSigned && isForm(request)) {
    const bytes = await readUpTo(request, SIGNABLE);
    return bytes === undefined ? { kind: 'too-large' } : { kind: 'whole', bytes };
  }
  const length = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY);
  if (length > REPEATABLE) {
    return { kind: 'stream', stream: streamOf(request) };
  }
  const bytes = await readUpTo(request, REPEATABLE);
  return bytes === undefined ? { kind: 'too-large' } : { kind: 'whole', bytes };
}

async function readUpTo(request: IncomingMessage, most: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > most) {
      return undefined;
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Reads on only when more is wanted. The request is left as it is when no more is: its reply is still to be sent. */
function streamOf(request: IncomingMessage): ReadableStream<Uint8Array> {
  const parts = request.iterator({ destroyOnReturn: false });
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await parts.next();
          if (done) {
            controller.close();
          } else {
            controller.enqueue(value);
          }
        } catch (failure) {
          controller.error(failure);
        }
      },
      async cancel() {
        await parts.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
