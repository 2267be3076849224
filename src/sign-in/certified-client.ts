import type { OAuthClient } from '../protocol/client-authentication.ts';
import { missingCertificate } from '../protocol/missing-certificate.ts';
import { type ResolvedProvider, tlsClientAuthentications } from '../providers/provider.ts';
import type { RegisteredSettings } from './stages.ts';

/**
 * The client that authenticates by the certificate that it shows: where that method is configured, or where a certificate
 * is named, no key to sign with, and the server offers the method. `undefined` for every other client; it may show a
 * certificate all the same, to which its tokens are bound.
 *
 * Throws a `ConfigurationError` where the method is configured, and no certificate is named.
 *
 * @see [RFC 8705 §2](https://www.rfc-editor.org/rfc/rfc8705.html#section-2)
 */
export function certifiedClient(
  { clientId, clientCertificate, keyFile, configuration }: RegisteredSettings,
  { label, metadata }: ResolvedProvider,
): OAuthClient | undefined {
  const { client_authentication: configured, client_key_file } = configuration;
  if (configured !== undefined) {
    if (!tlsClientAuthentications.includes(configured)) {
      return undefined;
    }
    if (clientCertificate === undefined) {
      throw missingCertificate(label, configured);
    }
    return { clientId, clientAuthentication: configured };
  }
  if (clientCertificate === undefined || (keyFile ?? client_key_file) !== undefined) {
    return undefined;
  }
  const offered = metadata.token_endpoint_auth_methods_supported;
  const method = tlsClientAuthentications.find((known) => offered?.includes(known));
  return method === undefined ? undefined : { clientId, clientAuthentication: method };
}
