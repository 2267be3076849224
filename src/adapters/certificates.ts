import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, rootCertificates } from 'node:tls';
import type { Environment } from '../ground/context.ts';
import { ConfigurationError } from '../ground/errors.ts';
import type { ClientCertificateFiles } from '../ground/ports.ts';

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** The files of certificate authorities that were named for a sign-in. */
export interface CertificateFiles {
  /** Given with `--ca-file`: it has to be readable. */
  readonly caFile?: string;
  /** The file that `NODE_EXTRA_CA_CERTS` named at sign-in. When it cannot be read, it is ignored, as Node does. */
  readonly extraCaFile?: string;
}

/**
 * The certificates to trust: those of the files, the built-in ones, and those of `NODE_EXTRA_CA_CERTS`; `undefined`
 * where Node's default list has them all.
 *
 * Node adds `NODE_EXTRA_CA_CERTS` to its default list only, which a list of its own replaces.
 *
 * Throws a `ConfigurationError` when the file of `--ca-file` cannot be read or holds no certificate.
 */
export async function readCertificates(
  { caFile, extraCaFile }: CertificateFiles,
  env: Environment,
): Promise<readonly string[] | undefined> {
  const own = caFile === undefined ? [] : await requiredCertificatesIn(caFile);
  const remembered = extraCaFile === undefined ? [] : await extraCertificatesIn(extraCaFile);
  if (own.length === 0 && remembered.length === 0) {
    return undefined;
  }
  const extra = env.NODE_EXTRA_CA_CERTS ? await extraCertificatesIn(env.NODE_EXTRA_CA_CERTS) : [];
  return [...rootCertificates, ...extra, ...remembered, ...own];
}

async function requiredCertificatesIn(caFile: string): Promise<string[]> {
  return certificatesIn(caFile).catch(() => {
    throw new ConfigurationError('config_invalid_value', `cannot read certificates from ${caFile}`, {
      hint: 'when you sign in, name a readable PEM file with --ca-file; it has lines that say BEGIN CERTIFICATE',
    });
  });
}

/** Node itself has warned at its start that the file cannot be read. */
async function extraCertificatesIn(path: string): Promise<string[]> {
  return certificatesIn(path).catch((): string[] => []);
}

async function certificatesIn(path: string): Promise<string[]> {
  const certificates = (await readFile(path, 'latin1')).match(PEM_CERTIFICATE) ?? [];
  if (certificates.length === 0) {
    throw new Error('no certificate');
  }
  for (const certificate of certificates) {
    new X509Certificate(certificate);
  }
  return certificates;
}

/** A client certificate with its private key, as TLS takes them. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

/**
 * Reads the certificate that this side shows, and its key. Throws a `ConfigurationError` for a file that cannot be read,
 * and for a key that is not that of the certificate; nothing of the key goes along.
 */
export async function readClientCertificate({
  certificateFile,
  keyFile = certificateFile,
}: ClientCertificateFiles): Promise<ClientCertificate> {
  const [cert, key] = await Promise.all([pemOf(certificateFile), pemOf(keyFile)]);
  const unfit = (what: string) =>
    new ConfigurationError('config_invalid_key', what, {
      hint: 'name a certificate and its private key, both in PEM and the key without a passphrase: --client-certificate-file FILE --client-certificate-key-file FILE',
    });
  if (!/-----BEGIN CERTIFICATE-----/.test(cert)) {
    throw unfit(`there is no certificate in ${certificateFile}`);
  }
  if (!/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/.test(key)) {
    throw unfit(`there is no private key without a passphrase in ${keyFile}`);
  }
  try {
    createSecureContext({ cert, key });
  } catch {
    throw unfit(
      `the key in ${keyFile} is not that of the certificate in ${certificateFile}, or one is damaged`,
    );
  }
  return { cert, key };
}

async function pemOf(path: string): Promise<string> {
  return readFile(path, 'latin1').catch((cause: unknown) => {
    throw new ConfigurationError(
      'config_invalid_key',
      `cannot read the client certificate or its key from ${path}`,
      {
        hint: 'put the file back, or sign in again with --client-certificate-file FILE --client-certificate-key-file FILE',
        cause,
      },
    );
  });
}
