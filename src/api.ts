import type { Account, FindAccountOptions, SignInOptions } from './library/interface.ts';

export type { ErrorCode } from './ground/error-code.ts';
export {
  AbortedError,
  AuthenticationRequiredError,
  AuthorizationServerError,
  ConfigurationError,
  ConsequenceError,
  NetworkError,
  OAuthLoginError,
  ProtocolError,
  ResourceServerError,
  StoreError,
  UsageError,
} from './ground/errors.ts';
export type {
  AccessToken,
  Account,
  FindAccountOptions,
  Profile,
  SignedOut,
  SignInOptions,
  SignOutOptions,
  StoreOptions,
  TokenOptions,
} from './library/interface.ts';
export type { SignInEvent } from './output/sign-in-event.ts';

/**
 * Signs a person in with a browser, keeps the account, and gives it. The target is the name of a provider, an issuer, or
 * the address of an API.
 *
 * Rejects with an `OAuthLoginError`, which has a stable code, and with what `show` threw.
 */
export async function signIn(target: string, options?: SignInOptions): Promise<Account> {
  const { signInAccount } = await import('./library/library.ts');
  return signInAccount(target, options);
}

/**
 * Gives the account of somebody who is signed in: at the target, or else the only or default one. `undefined`: nobody is.
 * Never waits for a person.
 *
 * Rejects with an `OAuthLoginError`.
 */
export async function findAccount(
  target?: string,
  options?: FindAccountOptions,
): Promise<Account | undefined> {
  const { findStoredAccount } = await import('./library/library.ts');
  return findStoredAccount(target, options);
}
