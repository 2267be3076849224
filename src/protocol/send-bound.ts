import type { TokenBinding } from '../credential/dpop/proof-key.ts';
import { parsePlainJson, plainObject } from '../ground/plain-json.ts';

/**
 * Sends a request to an endpoint of the authorization server, and once more with the nonce that the server wants in its
 * proof; one without a proof is sent as it is. `what` is the endpoint in the words of an error.
 *
 * Throws what `withNonce` and `send` throw.
 *
 * @see [RFC 9449 §8](https://www.rfc-editor.org/rfc/rfc9449.html#section-8)
 */
export async function sendBound(
  binding: TokenBinding | undefined,
  { endpoint, what }: { readonly endpoint: string | undefined; readonly what: string },
  send: () => Promise<Response>,
): Promise<Response> {
  if (binding === undefined || endpoint === undefined) {
    return send();
  }
  const { withNonce } = await import('../credential/dpop/with-nonce.ts');
  return withNonce(binding.key, { url: new URL(endpoint), what, send, wantsNonce: namesNonceError });
}

/** Whether an authorization server wants a nonce in the proof, or another one. */
async function namesNonceError(response: Response): Promise<boolean> {
  if (response.status !== 400 && response.status !== 401) {
    return false;
  }
  return plainObject(parsePlainJson(await response.clone().text()))?.error === 'use_dpop_nonce';
}
