import { UsageError } from '../ground/errors.ts';
import type { LoginSettings } from '../settings/login-settings.ts';

/** Throws a `UsageError` for a key at a sign-in that signs nothing with one, and for scopes where OAuth 1.0a has none. */
export function refuseUnfitFlags({
  keyFile,
  namedScopes,
  provider,
}: Pick<LoginSettings, 'keyFile' | 'namedScopes' | 'provider'>): void {
  const { label, oauth1 } = provider;
  if (keyFile !== undefined && oauth1?.signatureMethod !== 'RSA-SHA1') {
    throw new UsageError(
      'usage_conflict',
      `${label} takes no key at a sign-in: --key-file is for RSA-SHA1 (OAuth 1.0a)`,
      { hint: 'leave out --key-file' },
    );
  }
  if (oauth1 !== undefined && namedScopes.length > 0) {
    throw new UsageError('usage_conflict', `${label} has OAuth 1.0a, which knows no scopes`, {
      hint: 'leave out --scope; some servers take a parameter of their own for it, such as --param perms=write',
    });
  }
}
