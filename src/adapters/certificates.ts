import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import type { Environment } from '../ground/context.ts';
import { ConfigurationError } from '../ground/errors.ts';

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
