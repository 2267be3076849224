import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import type { Environment } from '../context.ts';
import { ConfigurationError } from '../errors.ts';

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * The certificates to trust: those of a PEM file, the built-in ones, and those of `NODE_EXTRA_CA_CERTS`.
 *
 * Node adds `NODE_EXTRA_CA_CERTS` to its default list only, which a list of our own replaces.
 *
 * @throws {ConfigurationError} when the PEM file cannot be read or holds no certificate.
 */
export async function readCertificates(caFile: string, env: Environment): Promise<readonly string[]> {
  const own = await certificatesIn(caFile).catch(() => {
    throw new ConfigurationError('config_invalid_value', `cannot read certificates from ${caFile}`, {
      hint: 'name a readable PEM file, with lines that say BEGIN CERTIFICATE, with --ca-file',
    });
  });
  // Node itself warned at its start when this one cannot be read, and went on.
  const extra = env.NODE_EXTRA_CA_CERTS
    ? await certificatesIn(env.NODE_EXTRA_CA_CERTS).catch((): string[] => [])
    : [];
  return [...rootCertificates, ...extra, ...own];
}

async function certificatesIn(path: string): Promise<string[]> {
  const certificates = (await readFile(path, 'latin1')).match(PEM_CERTIFICATE) ?? [];
  if (certificates.length === 0) throw new Error('no certificate');
  for (const certificate of certificates) new X509Certificate(certificate);
  return certificates;
}
