import type { AccountHead } from '../accounts/account.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import type { UnattendedTokenHead } from '../accounts/unattended-tokens.ts';
import type { Context } from '../ground/context.ts';
import type { Secret } from '../ground/secret.ts';
import type { Configuration } from '../settings/configuration.ts';
import { freshAccess } from './fresh-access.ts';
import type { Freshness } from './freshness.ts';
import type { SuppliedSource, TokenSource } from './token-source.ts';

/** An access token that can be used now. */
export interface FreshToken {
  readonly accessToken: Secret;
  /** Of the client that the account was signed in with. */
  readonly clientSecret?: Secret;
  /** What is known of it. */
  readonly source: AccountHead | UnattendedTokenHead | SuppliedSource;
  /** Where `force` gives another one, should this one be refused. */
  readonly replacement?: TokenSource;
}

/** Gives the access token of a source, asking the server only where what is at hand is not good enough. */
export async function freshToken(
  source: TokenSource,
  freshness: Freshness,
  store: AccountStore,
  context: Context,
  configuration: () => Promise<Configuration>,
): Promise<FreshToken> {
  if ('head' in source) {
    const { head, secrets } = await freshAccess(source.head, freshness, store, context, configuration);
    const { accessToken, clientSecret } = secrets;
    const client = clientSecret === undefined ? {} : { clientSecret };
    return {
      accessToken,
      ...client,
      source: head,
      ...(head.hasRefreshToken ? { replacement: { head } } : {}),
    };
  }
  if ('settings' in source) {
    const { unattendedToken } = await import('./unattended-token.ts');
    const { accessToken, head, wasKept } = await unattendedToken(source, freshness, context);
    return { accessToken, source: head, ...(wasKept ? { replacement: source } : {}) };
  }
  return { accessToken: source.token, source };
}
