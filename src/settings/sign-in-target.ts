import { shellQuoted } from '../ground/file-system-words.ts';
import type { LoginSettings } from './login-settings.ts';

/** What to type after `oauth-login` to sign in there once more, with every flag that the configuration does not hold. */
export function signInTarget(settings: LoginSettings): string {
  const { target, host, tenant, configuration, provider, issuerNamed, clientId } = settings;
  return [
    shellQuoted(target),
    ...(host === undefined || (configuration.host === host && provider.name === target)
      ? []
      : [`--host ${host}`]),
    ...(tenant === undefined || configuration.tenant === tenant ? [] : [`--tenant ${tenant}`]),
    ...(issuerNamed ? [`--issuer ${shellQuoted(provider.issuer)}`] : []),
    ...(settings.isClientNamed && clientId !== undefined ? [`--client-id ${shellQuoted(clientId)}`] : []),
    ...(settings.allowHttpLoopback ? ['--allow-http-loopback'] : []),
    ...(settings.caFile === undefined ? [] : [`--ca-file ${shellQuoted(settings.caFile)}`]),
  ].join(' ');
}
