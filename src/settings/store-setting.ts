import type { Environment } from '../ground/context.ts';
import { variableText } from '../ground/environment.ts';
import { ConfigurationError, UsageError } from '../ground/errors.ts';
import { isStoreKind, type StoreKind } from '../secrets/store-kind.ts';
import type { Configuration } from './configuration.ts';

/**
 * The store by flag, `OAUTH_LOGIN_STORE` or configuration; absent when nobody has chosen. Throws a `UsageError` or a
 * `ConfigurationError` for an unknown store.
 */
export function storeSetting(
  flag: string | false | undefined,
  env: Environment,
  configuration: Configuration,
): StoreKind | 'none' | undefined {
  if (flag === false) {
    return 'none';
  }
  const text = flag ?? variableText(env, 'OAUTH_LOGIN_STORE') ?? configuration.store;
  if (text === undefined || isStoreKind(text)) {
    return text;
  }
  const options = { hint: 'the choices are keychain, passphrase and file' };
  const what = `there is no store ${JSON.stringify(text)}`;
  throw flag === undefined
    ? new ConfigurationError('config_invalid_value', `${what} (OAUTH_LOGIN_STORE)`, options)
    : new UsageError('usage_invalid', what, options);
}
