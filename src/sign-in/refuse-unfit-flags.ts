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
  // A file of the catalogue says how its clients authenticate, where the provider publishes no metadata about that.
  const isToldOtherwise =
    method === undefined && provider.discovery === 'none' && provider.confidence !== undefined;
  const takesKey =
    oauth1 === undefined
      ? provider.clientSecret !== 'none' && !isToldOtherwise
      : oauth1.signatureMethod === 'RSA-SHA1';
  if (keyFile !== undefined && !takesKey && !signs) {
    throw new UsageError(
      'usage_conflict',
      `${label} takes no key at a sign-in: a key is for private_key_jwt, and for RSA-SHA1 (OAuth 1.0a)`,
      {
        hint: 'leave out --key-file, or add --client-authentication private_key_jwt if the provider takes that',
      },
    );
  }
  if (oauth1 !== undefined && namedScopes.length > 0) {
    throw new UsageError('usage_conflict', `${label} has OAuth 1.0a, which knows no scopes`, {
      hint: 'leave out --scope; some servers take a parameter of their own for it, such as --param perms=write',
    });
  }
}
