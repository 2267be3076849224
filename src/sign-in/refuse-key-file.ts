import { UsageError } from '../ground/errors.ts';
import type { LoginSettings } from '../settings/login-settings.ts';

/** Throws a `UsageError` for a key at a sign-in that signs nothing with one. */
export function refuseKeyFile({ keyFile, provider }: Pick<LoginSettings, 'keyFile' | 'provider'>): void {
  if (keyFile === undefined || provider.oauth1?.signatureMethod === 'RSA-SHA1') {
    return;
  }
  throw new UsageError(
    'usage_conflict',
    `${provider.label} takes no key at a sign-in: --key-file is for RSA-SHA1 (OAuth 1.0a)`,
    { hint: 'leave out --key-file' },
  );
}
