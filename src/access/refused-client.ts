import type { AccountHead } from '../accounts/account.ts';
import { endedSecretText, endOfSecret } from '../accounts/end-of-secret.ts';
import type { Context } from '../ground/context.ts';
import { AuthorizationServerError, ConfigurationError } from '../ground/errors.ts';

/** The error of a refresh; where the server refused a client whose secret has ended, the error that says so. */
export function withEndOfSecret(error: unknown, head: AccountHead, context: Context): unknown {
  const isRefused = error instanceof AuthorizationServerError && error.error === 'invalid_client';
  const end = isRefused ? endOfSecret(head, context) : undefined;
  if (end === undefined) {
    return error;
  }
  return new ConfigurationError(
    'config_client_secret_expired',
    endedSecretText(head.clientId, head.label, end),
    {
      hint: `to register again and sign in: oauth-login ${head.target} --yes`,
      cause: error,
    },
  );
}
