import type { AccountHead } from '../accounts/account.ts';
import type { TokenBinding } from '../credential/dpop/proof-key.ts';
import type { Fetch } from '../ground/fetch.ts';
import type { OAuthClient } from '../protocol/client-authentication.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import type { LoginSettings } from '../settings/login-settings.ts';

/** What a person asked for: the settings, and the stored account that has to sign in again, where one was named. */
export interface AskedSignIn {
  readonly settings: LoginSettings;
  readonly wanted: AccountHead | undefined;
}

/** Settings whose client identifier is known. */
export type RegisteredSettings = LoginSettings & { readonly clientId: string };

/** A sign-in of which everything is decided before the browser opens. */
export interface ReadySignIn {
  /** With the grant that will be used: `device` is final. */
  readonly settings: RegisteredSettings;
  readonly provider: ResolvedProvider;
  readonly client: OAuthClient;
  /** The key that the tokens are to be bound to (RFC 9449); absent: bearer tokens are asked for. */
  readonly binding?: TokenBinding;
  readonly fetch: Fetch;
  /** Where the account will be kept. */
  readonly destination: Destination;
  /** Who is signed in there already, with this client. */
  readonly accounts: readonly AccountHead[];
  /** Who has to sign in, where that is not left open. */
  readonly wanted: AccountHead | undefined;
}

/** Where an account will be kept. */
export interface Destination {
  readonly kind: StoreKind | 'none';
  /** Nobody chose this store for the sign-in: earlier accounts of the same client are in it. */
  readonly isInherited: boolean;
  /** The store for a person who has no account there yet, where that is decided already. */
  readonly ofOthers?: StoreKind;
}
