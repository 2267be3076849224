import type { TokenSet } from '../protocol/token-set.ts';
import type { Provider } from '../providers/provider.ts';

const DAY = 86_400_000;

/**
 * When the refresh token of a reply ends, as an ISO 8601 instant: as the server says, or else as the provider's file
 * knows. `undefined` where neither tells, or there is none.
 */
export function refreshTokenEnd(
  { refreshToken, refreshTokenExpiresAt, issuedAt }: TokenSet,
  { refreshTokenDays }: Pick<Provider, 'refreshTokenDays'>,
): string | undefined {
  if (refreshToken === undefined) {
    return undefined;
  }
  const usual =
    refreshTokenDays === undefined ? undefined : new Date(issuedAt.getTime() + refreshTokenDays * DAY);
  return (refreshTokenExpiresAt ?? usual)?.toISOString();
}
