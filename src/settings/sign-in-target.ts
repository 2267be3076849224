import { shellQuoted } from '../ground/file-system-words.ts';
import type { ClientCertificateFiles } from '../ground/ports.ts';
import type { Target } from './target.ts';

/** The settings that decide how to ask for the same sign-in again. */
export interface TypedSignIn extends Target {
  readonly clientId?: string;
  /** Without the command line, the next command would not find this client. */
  readonly isClientNamed: boolean;
  readonly allowHttpLoopback: boolean;
  readonly caFile?: string;
  readonly clientCertificate?: ClientCertificateFiles;
}

/** What to type after `oauth-login` to sign in there once more, with every flag that the configuration does not hold. */
export function signInTarget(settings: TypedSignIn): string {
  const { target, host, tenant, configuration, provider, issuerNamed, clientId } = settings;
  return [
    shellQuoted(target),
    ...(host === undefined || (configuration.host === host && provider.name === target)
      ? []
      : [`--host ${host}`]),
    ...(tenant === undefined || configuration.tenant === tenant ? [] : [`--tenant ${tenant}`]),
    ...(issuerNamed ? [`--issuer ${shellQuoted(provider.issuer)}`] : []),
    ...(provider.isResourceUnsent ? ['--no-resource-parameter'] : []),
    ...(settings.isClientNamed && clientId !== undefined ? [`--client-id ${shellQuoted(clientId)}`] : []),
    ...(settings.allowHttpLoopback ? ['--allow-http-loopback'] : []),
    ...certificateWords(settings),
    ...(settings.caFile === undefined ? [] : [`--ca-file ${shellQuoted(settings.caFile)}`]),
  ].join(' ');
}

/** Nothing where the configuration names the same certificate. */
function certificateWords({ clientCertificate, configuration }: TypedSignIn): readonly string[] {
  if (
    clientCertificate === undefined ||
    configuration.client_certificate_file === clientCertificate.certificateFile
  ) {
    return [];
  }
  const { certificateFile, keyFile } = clientCertificate;
  return [
    `--client-certificate-file ${shellQuoted(certificateFile)}`,
    ...(keyFile === undefined ? [] : [`--client-certificate-key-file ${shellQuoted(keyFile)}`]),
  ];
}
