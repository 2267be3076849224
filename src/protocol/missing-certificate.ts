import { ConfigurationError } from '../ground/errors.ts';

/** The error for a client that is to show a certificate and has none (RFC 8705 §2). */
export function missingCertificate(label: string, method: string): ConfigurationError {
  return new ConfigurationError(
    'config_missing_key',
    `there is no certificate to show to ${label}, as ${method} needs`,
    {
      hint: 'name the certificate and its private key: --client-certificate-file FILE --client-certificate-key-file FILE',
    },
  );
}
