import { UsageError } from '../ground/errors.ts';
import type { TokenPresentation } from '../providers/provider.ts';
import type { TargetFlags } from '../settings/target.ts';
import type { AccessSession } from './access-session.ts';
import type { TokenSource } from './token-source.ts';

/**
 * How the API of the provider takes the token of a source; `undefined` for the standard way. An account has kept
 * this since the sign-in, so it needs no configuration.
 */
export async function presentationOf(
  source: TokenSource,
  target: string | undefined,
  flags: TargetFlags,
  { configuration }: AccessSession,
): Promise<TokenPresentation | undefined> {
  if (source.kind === 'account') {
    return source.head.tokenPresentation;
  }
  if (source.kind === 'unattended') {
    return source.settings.provider.tokenPresentation;
  }
  const { tokenOrigins } = await import('./token-origins.ts');
  try {
    return tokenOrigins(source, target, flags, await configuration()).provider.tokenPresentation;
  } catch (error) {
    // A variable may be named after a server that nobody described.
    if (error instanceof UsageError && error.code === 'usage_unknown_provider') {
      return undefined;
    }
    throw error;
  }
}
