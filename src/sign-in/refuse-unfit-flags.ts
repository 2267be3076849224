import { UsageError } from '../ground/errors.ts';
import type { LoginSettings } from '../settings/login-settings.ts';

/** Throws a `UsageError` for a key at a sign-in that signs nothing with one, and for scopes where OAuth 1.0a has none. */
export function refuseUnfitFlags({
  keyFile,
  namedScopes,
  provider,
  configuration,
  signs,
}: Pick<LoginSettings, 'keyFile' | 'namedScopes' | 'provider' | 'configuration' | 'signs'>): void {
  const { label, oauth1 } = provider;
  const method = configuration.client_authentication;
  if (keyFile !== undefined && method !== undefined && method !== 'private_key_jwt' && !signs) {
    throw new UsageError('usage_conflict', `a key cannot be used with the client authentication ${method}`, {
      hint: 'leave out --key-file, or add --client-authentication private_key_jwt',
    });
  }
  const takesKey =
    oauth1 === undefined ? provider.clientSecret !== 'none' : oauth1.signatureMethod === 'RSA-SHA1';
  if (keyFile !== undefined && !takesKey && !signs) {
    const what =
      oauth1 === undefined
        ? 'its clients are public'
        : 'a key is for private_key_jwt, and for RSA-SHA1 (OAuth 1.0a)';
    throw new UsageError('usage_conflict', `${label} takes no key at a sign-in: ${what}`, {
      hint: 'leave out --key-file',
    });
  }
  if (oauth1 !== undefined && namedScopes.length > 0) {
    throw new UsageError('usage_conflict', `${label} has OAuth 1.0a, which knows no scopes`, {
      hint: 'leave out --scope; some servers take a parameter of their own for it, such as --param perms=write',
    });
  }
}
