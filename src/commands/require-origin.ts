import type { TokenOrigins } from '../access/token-origins.ts';
import type { Paths } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { UsageError } from '../ground/errors.ts';
import { safeText } from '../ground/safe-text.ts';
import { isWithinResource } from '../providers/resource-identifier.ts';
import type { Configuration } from '../settings/configuration.ts';
import { configurationFile } from '../settings/configuration-file.ts';
import { namedPreset } from '../settings/named-preset.ts';

/**
 * Throws a `UsageError` unless scheme, host and port of the address are exactly those of one of the origins (T02).
 *
 * The hint holds what would have to stand in the configuration file: nobody but its owner can allow another API.
 */
export function requireOrigin(
  url: URL,
  allowed: TokenOrigins,
  configuration: Configuration,
  paths: Paths,
): void {
  const { provider, origins } = allowed;
  const { origin, protocol } = url;
  requireResource(url, provider);
  if (origins.includes(origin)) {
    return;
  }
  const list = origins.length === 0 ? 'no origin is known' : origins.join(', ');
  const document = { providers: { [provider.name]: entryFor(origin, allowed, configuration) } };
  const remedy =
    protocol === 'https:'
      ? `if this API may get it, write this into ${configurationFile(paths)}: ${JSON.stringify(document)}`
      : 'plain http works only for a loopback address, and only with --allow-http-loopback at sign-in or with --grant';
  throw new UsageError(
    'usage_foreign_origin',
    `the token of ${provider.label} is not sent to ${safeText(origin)}`,
    { hint: `it may go to: ${list}; ${remedy}` },
  );
}

/** The entry of the provider that would allow the origin, without what it says already. */
function entryFor(
  origin: string,
  { provider, preset, host }: TokenOrigins,
  configuration: Configuration,
): Readonly<Record<string, unknown>> {
  const own = configuration.providers.get(provider.name);
  const apiOrigins = [...(own?.api_origins ?? []), origin];
  if (own !== undefined || namedPreset(provider.name, configuration) !== undefined) {
    return { api_origins: apiOrigins };
  }
  if (preset !== undefined && host !== undefined) {
    return { preset, host, api_origins: apiOrigins };
  }
  const { issuer, resource } = provider;
  return { issuer, ...defined({ resource }), api_origins: apiOrigins };
}

/** Throws a `UsageError` for an address beside the protected resource, at its own origin (RFC 8707 §2). */
function requireResource(url: URL, { resource, label }: TokenOrigins['provider']): void {
  if (resource === undefined || url.origin !== new URL(resource).origin || isWithinResource(url, resource)) {
    return;
  }
  throw new UsageError(
    'usage_foreign_origin',
    `the token of ${label} is not sent to ${safeText(`${url.origin}${url.pathname}`, 400)}`,
    { hint: `it is for ${safeText(resource, 400)} and the addresses below it` },
  );
}
