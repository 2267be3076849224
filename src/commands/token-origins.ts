import { providerOfAccount } from '../accounts/account-provider.ts';
import { apiOrigins } from '../providers/api-origins.ts';
import type { Provider } from '../providers/provider.ts';
import type { Configuration } from '../settings/configuration.ts';
import { chooseTarget, type TargetFlags } from '../settings/target.ts';
import type { TokenSource } from './token-source.ts';

/** The provider that issued a token, and the origins the token may be sent to. */
export interface TokenOrigins {
  readonly provider: Provider;
  readonly origins: readonly string[];
}

/** Tells where a token may be sent: what the account was signed in with decides, or what the variable is named after. */
export function tokenOrigins(
  source: TokenSource,
  target: string | undefined,
  flags: TargetFlags,
  configuration: Configuration,
): TokenOrigins {
  if ('head' in source) {
    const provider = providerOfAccount(source.head, configuration);
    return { provider, origins: apiOrigins(provider, source.head.allowHttpLoopback ?? false) };
  }
  const { provider } =
    target === undefined
      ? chooseTarget(source.provider, {}, configuration)
      : chooseTarget(target, flags, configuration);
  return { provider, origins: apiOrigins(provider, false) };
}
