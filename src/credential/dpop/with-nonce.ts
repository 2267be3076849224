import { ProtocolError } from '../../ground/errors.ts';
import type { ProofKey } from './proof-key.ts';

/** A request that carries a proof. */
export interface ProvenRequest {
  readonly url: URL;
  /** The server in the words of an error. */
  readonly what: string;
  /** Sends it with a new proof each time. */
  readonly send: () => Promise<Response>;
  /** Whether the reply asks for a nonce in the proof, or for another one. */
  readonly wantsNonce: (response: Response) => boolean | Promise<boolean>;
  /** It cannot be sent a second time, so a reply that asks for a nonce is the answer. */
  readonly isOnce?: boolean;
}

/**
 * Sends a request, and once more where the server wants a nonce in its proof and gives one. Nonces are remembered, so the
 * next request has one from the start.
 *
 * Throws a `ProtocolError` where the server asks for a nonce and gives none, or accepts none, and what `send` throws.
 *
 * @see [RFC 9449 §8](https://www.rfc-editor.org/rfc/rfc9449.html#section-8)
 * @see [RFC 9449 §9](https://www.rfc-editor.org/rfc/rfc9449.html#section-9)
 */
export async function withNonce(key: ProofKey | undefined, request: ProvenRequest): Promise<Response> {
  const { url, what, send, wantsNonce, isOnce = false } = request;
  const before = key?.nonceFor(url);
  const response = await send();
  if (key === undefined) {
    return response;
  }
  key.learnNonce(url, response);
  if (!(await wantsNonce(response)) || isOnce) {
    return response;
  }
  await response.body?.cancel();
  const nonce = key.nonceFor(url);
  if (nonce === undefined || nonce === before) {
    throw refusedNonce(what, 'asks for a nonce (DPoP), and gives none that can be used');
  }
  const again = await send();
  key.learnNonce(url, again);
  if (await wantsNonce(again)) {
    await again.body?.cancel();
    throw refusedNonce(what, 'does not accept the nonce that it gave itself (DPoP)');
  }
  return again;
}

function refusedNonce(what: string, fault: string): ProtocolError {
  return new ProtocolError('protocol_invalid_response', `${what} ${fault}`, {
    hint: 'try again, and if it happens again, tell the operator of the server (RFC 9449 section 8)',
  });
}
