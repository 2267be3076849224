import type { IncomingMessage } from 'node:http';
import { randomId } from './unguessable-text.ts';

/** Longest form that is read, in bytes: room for a JWT with all that a server may say. */
const MAXIMUM_BYTES = 65_536;

/** Most forms that are kept: a person who goes back and sends one again. */
const MOST_FORMS = 8;

const FORM = /^application\/x-www-form-urlencoded(?:\s*;\s*charset=(?:"utf-8"|utf-8))?$/i;

/** What a request brings: its form, or why it brings none. */
export type PostedForm =
  | { readonly kind: 'form'; readonly text: string }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'too-large' };

/**
 * Reads the form of a request, and no more of it than a response can have.
 *
 * @see [OAuth 2.0 Form Post Response Mode §2](https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html)
 */
export async function readPostedForm(request: IncomingMessage): Promise<PostedForm> {
  const types = request.headersDistinct['content-type'] ?? [];
  const { expect, 'content-encoding': encoding } = request.headers;
  if (types.length !== 1 || !FORM.test(types[0] ?? '') || expect !== undefined || encoding !== undefined) {
    return { kind: 'malformed' };
  }
  if (Number(request.headers['content-length'] ?? 0) > MAXIMUM_BYTES) {
    return { kind: 'too-large' };
  }
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // The connection has to last until it is answered.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      length += chunk.length;
      if (length > MAXIMUM_BYTES) {
        return { kind: 'too-large' };
      }
      chunks.push(chunk);
    }
  } catch {
    return { kind: 'malformed' };
  }
  return { kind: 'form', text: Buffer.concat(chunks).toString('latin1') };
}

/**
 * The forms that came with the right `state`. A POST from another site does not carry the cookie that marks the browser,
 * since that is Lax; so the browser is sent on to an address of this listener, by a GET that carries it, and the form is
 * judged there, like a query.
 */
export class PostedForms {
  readonly #forms = new Map<string, string>();

  /** Keeps a form, and gives the path at which it is judged; `undefined` when there are too many. */
  keep(text: string): string | undefined {
    if (this.#forms.size >= MOST_FORMS) {
      return undefined;
    }
    const path = `/posted/${randomId()}`;
    this.#forms.set(path, text);
    return path;
  }

  /** The form that is judged at that path. */
  at(path: string): string | undefined {
    return this.#forms.get(path);
  }
}
