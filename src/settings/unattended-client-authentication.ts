import { UsageError } from '../ground/errors.ts';
import type { UnattendedFlags } from './unattended-grant-flags.ts';

/** How a client that acts without a person can authenticate (OpenID Connect Core §9). */
export type UnattendedClientAuthentication = (typeof unattendedMethods)[number];

const unattendedMethods = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
] as const;

/** The method of `--client-authentication`; throws a `UsageError` when it does not go with the credential at hand. */
export function authenticationSetting(flags: UnattendedFlags): UnattendedClientAuthentication | undefined {
  const { clientAuthentication: text, keyFile, clientSecretFile } = flags;
  if (text === undefined) {
    return undefined;
  }
  const method = unattendedMethods.find((name) => name === text);
  if (method === undefined) {
    throw new UsageError('usage_invalid', `there is no client authentication ${JSON.stringify(text)}`, {
      hint: `the methods are ${unattendedMethods.join(', ')}`,
    });
  }
  const isAssertionGrant = flags.grant === 'jwt-bearer';
  if (method === 'none' && flags.grant === 'client-credentials') {
    throw new UsageError('usage_conflict', 'the grant client-credentials is for clients that authenticate', {
      hint: `leave out --client-authentication none, or choose one of ${unattendedMethods.slice(1).join(', ')}`,
    });
  }
  if (method === 'private_key_jwt' && (keyFile === undefined || isAssertionGrant)) {
    throw new UsageError(
      'usage_conflict',
      isAssertionGrant
        ? 'the key of --grant jwt-bearer signs the grant, not the authentication of the client'
        : '--client-authentication private_key_jwt needs a key',
      { hint: isAssertionGrant ? 'authenticate with a client secret' : 'add --key-file FILE' },
    );
  }
  if (method !== 'private_key_jwt' && keyFile !== undefined && !isAssertionGrant) {
    throw new UsageError(
      'usage_conflict',
      `--key-file cannot be used with --client-authentication ${method}`,
      {
        hint: 'leave one of them out; a key goes with private_key_jwt',
      },
    );
  }
  if (clientSecretFile !== undefined && !method.startsWith('client_secret_')) {
    throw new UsageError(
      'usage_conflict',
      `--client-secret-file cannot be used with --client-authentication ${method}`,
      { hint: 'leave one of them out; a secret goes with client_secret_basic, _post or _jwt' },
    );
  }
  return method;
}
