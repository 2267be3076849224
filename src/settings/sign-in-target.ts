import type { LoginSettings } from './login-settings.ts';

/** What to type after `oauth-login` to sign in there once more, with every flag that the configuration does not hold. */
export function signInTarget(settings: LoginSettings): string {
  const { target, host, tenant, configuration, provider, issuerNamed } = settings;
  return [
    target,
    ...(host === undefined || (configuration.host === host && provider.name === target)
      ? []
      : [`--host ${host}`]),
    ...(tenant === undefined || configuration.tenant === tenant ? [] : [`--tenant ${tenant}`]),
    ...(issuerNamed ? [`--issuer ${provider.issuer}`] : []),
    ...(settings.allowHttpLoopback ? ['--allow-http-loopback'] : []),
    ...(settings.caFile === undefined ? [] : [`--ca-file ${shellWord(settings.caFile)}`]),
  ].join(' ');
}

/** A path as a shell reads it back. */
function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
