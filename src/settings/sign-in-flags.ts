import { resolve } from 'node:path';
import { UsageError } from '../ground/errors.ts';
import type { ClientCertificateFiles } from '../ground/ports.ts';
import { clientAuthentications, type Provider } from '../providers/provider.ts';
import { withConfiguration } from './configured-provider.ts';
import type { Target } from './target.ts';

/** The target with the method of `--client-authentication` in place of the configured one; throws a `UsageError` for any other. */
export function withAuthentication(target: Target, text: string | undefined): Target {
  if (text === undefined) {
    return target;
  }
  const method = clientAuthentications.find((name) => name === text);
  if (method === undefined) {
    throw new UsageError(
      'usage_invalid',
      `${JSON.stringify(text)} is not a client authentication for a person's sign-in`,
      {
        hint: `the methods are ${clientAuthentications.join(', ')}`,
      },
    );
  }
  return {
    ...target,
    provider: withConfiguration(target.provider, { client_authentication: method }),
    configuration: { ...target.configuration, client_authentication: method },
  };
}

/** The target whose tokens have to be bound to a key (`--dpop`, RFC 9449). Throws a `UsageError` for OAuth 1.0a. */
export function withBoundTokens(target: Target, isBound = false): Target {
  if (!isBound) {
    return target;
  }
  const { provider } = target;
  if (provider.oauth1 !== undefined) {
    throw new UsageError(
      'usage_conflict',
      `${provider.label} has OAuth 1.0a, whose requests are signed anyway`,
      { hint: 'leave out --dpop' },
    );
  }
  return { ...target, provider: { ...provider, dpop: 'required' } };
}

/**
 * The target with the certificate that its client shows: by flag, else as configured (RFC 8705). The files are named with
 * absolute paths, since they are remembered with the account. Throws a `UsageError` for a key without a certificate.
 */
export function withCertificate(
  target: Target,
  flags: { readonly clientCertificateFile?: string; readonly clientCertificateKeyFile?: string },
): Target & { readonly clientCertificate?: ClientCertificateFiles } {
  const isFlag = flags.clientCertificateFile !== undefined;
  const { client_certificate_file, client_certificate_key_file } = target.configuration;
  const certificateFile = flags.clientCertificateFile ?? client_certificate_file;
  const keyFile = flags.clientCertificateKeyFile ?? (isFlag ? undefined : client_certificate_key_file);
  if (certificateFile === undefined) {
    if (keyFile === undefined) {
      return target;
    }
    throw new UsageError(
      'usage_conflict',
      'the key of a client certificate is given without the certificate',
      {
        hint: 'add --client-certificate-file FILE',
      },
    );
  }
  return {
    ...target,
    provider: { ...target.provider, showsCertificate: true },
    clientCertificate: {
      certificateFile: resolve(certificateFile),
      ...(keyFile === undefined ? {} : { keyFile: resolve(keyFile) }),
    },
  };
}

/** The scopes that `--short-lived` asks for; throws a `UsageError` where nothing asks for it. */
export function shortLivedScopes(
  { label, shortLived }: Pick<Provider, 'label' | 'shortLived'>,
  flags: { readonly shortLived?: boolean },
): readonly string[] {
  if (flags.shortLived !== true) {
    return [];
  }
  if (shortLived !== undefined) {
    return shortLived.scopes;
  }
  throw new UsageError('usage_conflict', `${label} has no option for tokens that expire soon`, {
    hint: 'leave out --short-lived',
  });
}
