import type { AccountHead } from '../accounts/account.ts';
import { type Destinations, keptDestinations } from '../accounts/kept-destinations.ts';
import type { AccessSession } from './access-session.ts';

/**
 * Where the token of each account may be sent. What was found before is not found again while nothing has changed.
 *
 * Throws a `ConfigurationError`.
 */
export async function destinationsOf(
  heads: readonly AccountHead[],
  access: AccessSession,
): Promise<ReadonlyMap<AccountHead, Destinations>> {
  const kept = keptDestinations(heads, access.context.paths);
  if (kept !== undefined) {
    return kept;
  }
  const { findDestinations } = await import('./find-destinations.ts');
  return findDestinations(heads, access);
}
