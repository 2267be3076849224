import { defined } from '../ground/defined.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { parsePlainJson, plainObject } from '../ground/plain-json.ts';

/** The key file of a Google service account. */
export interface ServiceAccount {
  readonly clientEmail: string;
  readonly privateKey: string;
  readonly privateKeyId?: string;
  readonly tokenUri: string;
}

/**
 * Reads the key file of a Google service account; `undefined` when the text is something else, such as a bare key.
 *
 * Throws a `ConfigurationError` when it is such a file and damaged, or another of Google's credential files.
 *
 * @see [Service accounts](https://developers.google.com/identity/protocols/oauth2/service-account)
 */
export function readServiceAccount(text: string, name: string): ServiceAccount | undefined {
  const document = text.trimStart().startsWith('{') ? plainObject(parsePlainJson(text)) : undefined;
  if (document === undefined || document.kty !== undefined || document.keys !== undefined) {
    return undefined;
  }
  if (document.type === 'authorized_user') {
    throw invalid(name, 'contains the credentials of a person, not of a service account', {
      hint: 'use its refresh token: --grant refresh-token with --refresh-token-file',
    });
  }
  if (document.type === 'external_account') {
    throw invalid(name, 'describes a federated identity and contains no key', {
      hint: 'exchange the token of that identity: --grant token-exchange',
    });
  }
  if (document.type !== 'service_account') {
    if (document.private_key === undefined) {
      return undefined;
    }
    throw invalid(name, 'has a private_key, but is not of the type service_account');
  }
  const { client_email, private_key, private_key_id, token_uri } = document;
  if (typeof client_email !== 'string' || !/^[\x21-\x7e]{1,320}$/.test(client_email)) {
    throw invalid(name, 'has no client_email');
  }
  if (typeof private_key !== 'string' || !private_key.includes('PRIVATE KEY-----')) {
    throw invalid(name, 'has no private_key');
  }
  if (typeof token_uri !== 'string' || !URL.canParse(token_uri)) {
    throw invalid(name, 'has no token_uri');
  }
  if (private_key_id !== undefined && typeof private_key_id !== 'string') {
    throw invalid(name, 'has a private_key_id that is not a string');
  }
  return {
    clientEmail: client_email,
    privateKey: private_key,
    tokenUri: token_uri,
    ...defined({ privateKeyId: private_key_id }),
  };
}

function invalid(
  name: string,
  what: string,
  options = {
    hint: 'make a new key of the service account and download it as JSON: https://console.cloud.google.com/iam-admin/serviceaccounts',
  },
): ConfigurationError {
  return new ConfigurationError('config_invalid_key', `the key file ${name} ${what}`, options);
}
