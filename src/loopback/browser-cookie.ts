import type { IncomingMessage } from 'node:http';
import { randomId, sameText } from './unguessable-text.ts';

/** Longer than a sign-in lasts, so that an abandoned one leaves nothing behind for long. */
const MAXIMUM_AGE_SECONDS = 3600;

/**
 * The mark of the browser that fetched the start link (RFC 9700 §4.7: binding `state` to the user agent).
 *
 * Its name is random too: cookies do not tell ports apart, so two sign-ins at once would share one name.
 */
export class BrowserCookie {
  readonly #name = `sign-in-${randomId()}`;
  readonly #value = randomId();

  /**
   * The `Set-Cookie` that marks the browser. It is Lax, because a stricter one would not come back from the
   * provider's site.
   */
  get setting(): string {
    return `${this.#name}=${this.#value}; Path=/; Max-Age=${MAXIMUM_AGE_SECONDS}; HttpOnly; SameSite=Lax`;
  }

  /** The `Set-Cookie` that takes the mark away again. */
  get removal(): string {
    return `${this.#name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`;
  }

  /** Tells whether the request comes from the marked browser. */
  isIn(request: IncomingMessage): boolean {
    return (request.headers.cookie ?? '')
      .split(';')
      .map((pair) => pair.trim())
      .some((pair) => sameText(pair, `${this.#name}=${this.#value}`));
  }
}
