import { AuthenticationRequiredError } from '../ground/errors.ts';
import { safeText } from '../ground/safe-text.ts';
import { endpointsElsewhere } from '../providers/origins.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { Configuration } from '../settings/configuration.ts';
import type { UnattendedSettings } from '../settings/unattended-settings.ts';

/**
 * Throws an `AuthenticationRequiredError` where a protected resource names a server of another origin, or one whose token
 * endpoint is elsewhere, unless that server was named exactly or stands with the resource in the configuration. A hostile
 * resource would otherwise be given a token of a server that the client is known at, or the credential of the client.
 *
 * @see [RFC 9728 §7.6](https://www.rfc-editor.org/rfc/rfc9728.html#section-7.6)
 */
export function requireAgreedServer(
  resolved: ResolvedProvider,
  { provider, issuerNamed, target }: UnattendedSettings,
  { providers }: Configuration,
): void {
  const { resource } = provider;
  const entry = providers.get(provider.name);
  const isConfigured = entry?.resource === resource && entry?.issuer === resolved.issuer;
  if (resource === undefined || issuerNamed || isConfigured) {
    return;
  }
  const elsewhere = endpointsElsewhere(resolved, ['token_endpoint']);
  const { origin, host } = new URL(resolved.issuer);
  if (origin === new URL(resource).origin && elsewhere.length === 0) {
    return;
  }
  const hosts = elsewhere.length === 0 ? [host] : elsewhere.map((other) => new URL(other).host);
  throw new AuthenticationRequiredError(
    'person_required',
    `${provider.label} would get a token of ${hosts.join(', ')}, and nobody is here to agree to that`,
    {
      hint: `if that is right, run it again with: ${safeText(target, 400)} --issuer ${safeText(resolved.issuer, 400)}`,
    },
  );
}
