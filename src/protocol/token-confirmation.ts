import type { ProofKey } from '../credential/dpop/proof-key.ts';
import { ProtocolError } from '../ground/errors.ts';
import { plainObject } from '../ground/plain-json.ts';
import type { Secret } from '../ground/secret.ts';
import { readIdTokenPayload } from './id-token.ts';

/**
 * Throws a `ProtocolError` for an access token that says it is bound to another key than the one that signed the proof of
 * its request: it could not be used, and belongs to somebody else. A token that does not say can only be tried.
 *
 * @see [RFC 9449 §6](https://www.rfc-editor.org/rfc/rfc9449.html#section-6)
 */
export async function refuseForeignKey(
  accessToken: Secret,
  key: ProofKey,
  { label }: { readonly label: string },
): Promise<void> {
  const confirmation = plainObject(readIdTokenPayload(accessToken.reveal())?.cnf);
  const named = confirmation?.jkt;
  if (named === undefined || named === (await key.thumbprint())) {
    return;
  }
  throw new ProtocolError(
    'protocol_invalid_response',
    `${label} gave a token that is bound to another key than yours (RFC 9449)`,
    { hint: 'nothing was stored; try again, and if it happens again, tell the operator of the server' },
  );
}
