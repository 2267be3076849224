import type { AccountHead } from '../accounts/account.ts';
import { clientOfAccount, providerOfAccount } from '../accounts/account-provider.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import { defined } from '../ground/defined.ts';
import { ConfigurationError, type OAuthLoginError, StoreError } from '../ground/errors.ts';
import { networkOf, signalled } from '../ground/http-options.ts';
import type { HttpClient } from '../ground/ports.ts';
import { type RevocationOutcome, revokeTokens } from '../protocol/revocation.ts';
import type { AccessSession } from './access-session.ts';

/** What happened to an account and to its tokens. */
export interface SignedOut {
  readonly head: AccountHead;
  readonly revocation: Revocation;
  /**
   * Whether the account was deleted here. An account whose tokens could not be revoked stays, unless `forget` is
   * set.
   */
  readonly isForgotten: boolean;
  /** Page on which the End-User can withdraw the access. */
  readonly reviewPage?: string;
}

/** `not-asked`: the tokens cannot be had, or the network cannot be opened. */
type Revocation = RevocationOutcome | { readonly kind: 'not-asked'; readonly error: OAuthLoginError };

/**
 * Revokes the tokens of an account where the server offers that, and deletes the account; tells the result of both.
 * An account whose tokens could not be revoked stays, unless `forget` is set. `undefined` when another process
 * deleted it first. Throws an `AbortedError`, and a `StoreError` when the file cannot be removed.
 */
export async function signOut(
  head: AccountHead,
  { forget }: { readonly forget: boolean },
  access: AccessSession,
): Promise<SignedOut | undefined> {
  const { store, configuration } = access;
  // The key is opened before the lock is taken, because a person may be asked for it, and no other process has to
  // wait for that.
  const unopened = await failureToOpen(head, store);
  return store.withLock(head.id, async () => {
    // The account is read again: another process may have refreshed it, or signed it out.
    const latest = await store.read(head.id);
    if (latest === undefined) {
      return undefined;
    }
    const revocation = unopened === undefined ? await revoke(latest, access) : notAsked(unopened);
    const isKept = 'error' in revocation && !forget;
    if (!isKept) {
      await store.remove(latest.id);
    } else if (revocation.kind === 'failed' && revocation.isAccessTokenRevoked) {
      // The refresh token is revoked, since it would give the next access token.
      await store.write({ ...latest, isTokenRefused: true }, await store.readSecrets(latest));
    }
    const { reviewPage: page } = providerOfAccount(latest, await configuration());
    const reviewPage = page?.replace('{client_id}', encodeURIComponent(latest.clientId));
    return { head: latest, revocation, isForgotten: !isKept, ...defined({ reviewPage }) };
  });
}

/**
 * Why the tokens cannot be read, which are needed to revoke them: the key is locked or missing, or the file is
 * damaged.
 */
async function failureToOpen(head: AccountHead, store: AccountStore): Promise<StoreError | undefined> {
  try {
    const latest = await store.read(head.id);
    if (latest !== undefined) {
      await store.readSecrets(latest);
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof StoreError)) {
      throw error;
    }
    return error;
  }
}

async function revoke(head: AccountHead, access: AccessSession): Promise<Revocation> {
  const { context, store, configuration } = access;
  const secrets = await store.readSecrets(head);
  const http = await openNetwork(head, access);
  if (http instanceof ConfigurationError) {
    return notAsked(http);
  }
  try {
    return await revokeTokens(
      {
        provider: providerOfAccount(head, await configuration()),
        client: clientOfAccount(head, secrets),
        ...defined({ subject: head.profile?.sub }),
        fetch: signalled(http.fetch, context.signal),
        allowHttpLoopback: head.allowHttpLoopback ?? false,
      },
      secrets,
    );
  } finally {
    await http.close();
  }
}

/** The HTTP client, or the error in its settings, such as a file of certificates or the address of a proxy. */
async function openNetwork(
  head: AccountHead,
  { context, trace }: AccessSession,
): Promise<HttpClient | ConfigurationError> {
  try {
    return await context.openHttp(networkOf(head, trace));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) {
      throw error;
    }
    return error;
  }
}

function notAsked(error: OAuthLoginError): Revocation {
  return { kind: 'not-asked', error };
}
