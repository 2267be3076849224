import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ProtocolError } from '../ground/errors.ts';
import { plainObject } from '../ground/plain-json.ts';
import type { Secret } from '../ground/secret.ts';
import { readIdTokenPayload } from './id-token.ts';
import type { TokenEndpoint } from './token-endpoint.ts';

/**
 * Throws a `ProtocolError` for an access token that says it is bound to another key than the one that signed the proof of
 * its request, or to another certificate than the one that was shown: it could not be used, and belongs to somebody else.
 * A token that does not say can only be tried.
 *
 * @see [RFC 9449 §6](https://www.rfc-editor.org/rfc/rfc9449.html#section-6)
 * @see [RFC 8705 §3.1](https://www.rfc-editor.org/rfc/rfc8705.html#section-3.1)
 */
export async function refuseForeignBinding(
  accessToken: Secret,
  { provider, binding, clientCertificate }: TokenEndpoint,
): Promise<void> {
  const confirmation = plainObject(readIdTokenPayload(accessToken.reveal())?.cnf);
  const { jkt, 'x5t#S256': x5t } = confirmation ?? {};
  if (binding !== undefined && jkt !== undefined && jkt !== (await binding.key.thumbprint())) {
    throw foreign(provider.label, 'key', 'RFC 9449');
  }
  if (clientCertificate === undefined || x5t === undefined) {
    return;
  }
  if (x5t !== (await thumbprintOf(clientCertificate.certificateFile))) {
    throw foreign(provider.label, 'certificate', 'RFC 8705');
  }
}

/** Of the first certificate in the file, which is the client's own. */
async function thumbprintOf(certificateFile: string): Promise<string> {
  const { fingerprint256 } = new X509Certificate(await readFile(certificateFile));
  return Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
}

function foreign(label: string, what: 'key' | 'certificate', standard: string): ProtocolError {
  return new ProtocolError(
    'protocol_invalid_response',
    `${label} gave a token that is bound to another ${what} than yours (${standard})`,
    { hint: 'nothing was stored; try again, and if it happens again, tell the operator of the server' },
  );
}
