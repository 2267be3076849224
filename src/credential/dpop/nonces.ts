/** Characters of a nonce; no server is known to need more. */
const LONGEST_NONCE = 1024;

/** NQCHAR (RFC 9449 §8.1, RFC 6749 appendix A). */
const NONCE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Origins whose nonces are kept; the oldest goes first. */
const MOST_ORIGINS = 100;

/**
 * The nonces that servers gave, by origin. One that is too long, or has characters that no nonce may have, is not kept:
 * it would go into every proof from then on.
 *
 * @see [RFC 9449 §8](https://www.rfc-editor.org/rfc/rfc9449.html#section-8)
 */
export function openNonces() {
  const nonces = new Map<string, string>();
  return {
    of: ({ origin }: URL): string | undefined => nonces.get(origin),
    learn({ origin }: URL, { headers }: Response): void {
      const nonce = headers.get('dpop-nonce');
      if (nonce === null || nonce.length > LONGEST_NONCE || !NONCE.test(nonce)) {
        return;
      }
      nonces.delete(origin);
      nonces.set(origin, nonce);
      const [oldest] = nonces.keys();
      if (nonces.size > MOST_ORIGINS && oldest !== undefined) {
        nonces.delete(oldest);
      }
    },
  };
}
