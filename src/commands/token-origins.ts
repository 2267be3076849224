import { providerOfAccount } from '../accounts/account-provider.ts';
import { UsageError } from '../errors.ts';
import { apiOrigins } from '../providers/api-origins.ts';
import type { Provider } from '../providers/provider.ts';
import { safeText } from '../safe-text.ts';
import type { Configuration } from '../settings/configuration.ts';
import { chooseTarget, type TargetFlags } from '../settings/target.ts';
import type { TokenSource } from './token-source.ts';

/** The provider that issued a token, and the origins the token may be sent to. */
export interface TokenOrigins {
  readonly provider: Provider;
  readonly origins: readonly string[];
}

/**
 * Tells where a token may be sent: what the account was signed in with decides; without one, the target that the
 * variable is named after, or that the token is asked for.
 */
export function tokenOrigins(
  source: TokenSource | undefined,
  target: string | undefined,
  flags: TargetFlags,
  configuration: Configuration,
): TokenOrigins {
  const head = source === undefined ? undefined : 'head' in source ? source.head : source.account;
  if (head !== undefined) {
    const provider = providerOfAccount(head, configuration);
    return { provider, origins: apiOrigins(provider, head.allowHttpLoopback ?? false) };
  }
  const supplied = source === undefined || 'head' in source ? '' : source.provider;
  const { provider } = chooseTarget(target ?? flags.issuer ?? supplied, flags, configuration);
  return { provider, origins: apiOrigins(provider, false) };
}

/** Throws a `UsageError` unless scheme, host and port of the address are exactly those of one of the origins (T02). */
export function requireOrigin(url: URL, origins: readonly string[], provider: Provider): void {
  if (origins.includes(url.origin)) return;
  const list = origins.length === 0 ? 'no origin is known' : origins.join(', ');
  throw new UsageError(
    'usage_foreign_origin',
    `the token of ${provider.label} is not sent to ${safeText(url.origin)}`,
    {
      hint: `it may go to: ${list}; add an API that takes it as api_origins of ${provider.name} in config.json`,
    },
  );
}
