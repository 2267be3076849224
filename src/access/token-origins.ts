import { providerOfAccount } from '../accounts/account-provider.ts';
import { apiOrigins } from '../providers/origins.ts';
import type { Provider } from '../providers/provider.ts';
import type { Configuration } from '../settings/configuration.ts';
import { chooseTarget, type TargetFlags } from '../settings/target.ts';
import { providerNameOf, type TokenSource } from './token-source.ts';

/** The provider that issued a token, and the origins the token may be sent to. */
export interface TokenOrigins {
  readonly provider: Provider;
  readonly origins: readonly string[];
  /** The catalogue's row that the provider is built on, when it has another name. */
  readonly preset?: string;
  readonly host?: string;
}

/**
 * Tells where a token may be sent. The account decides, as it was signed in. Without an account, the target
 * decides: the one that the variable is named after, or the one that the token is asked for.
 */
export function tokenOrigins(
  source: TokenSource,
  target: string | undefined,
  flags: TargetFlags,
  configuration: Configuration,
): TokenOrigins {
  if (source.kind === 'unattended') {
    const { settings } = source;
    return { ...settings, origins: apiOrigins(settings.provider, settings.allowHttpLoopback) };
  }
  const head = source.kind === 'account' ? source.head : source.account;
  if (head !== undefined) {
    const provider = providerOfAccount(head, configuration);
    return { ...head, provider, origins: apiOrigins(provider, head.allowHttpLoopback ?? false) };
  }
  const chosen = chooseTarget(target ?? flags.issuer ?? providerNameOf(source), flags, configuration);
  return { ...chosen, origins: apiOrigins(chosen.provider, false) };
}
