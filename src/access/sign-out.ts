import type { AccountHead } from '../accounts/account.ts';
import { clientOfAccount, providerOfAccount } from '../accounts/account-provider.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import { defined } from '../ground/defined.ts';
import { ConfigurationError, type OAuthLoginError, StoreError } from '../ground/errors.ts';
import { networkOf, signalled } from '../ground/http-options.ts';
import type { HttpClient } from '../ground/ports.ts';
import { type RevocationOutcome, revokeTokens } from '../protocol/revocation.ts';
import type { AccessSession } from './access-session.ts';

/** What became of an account and of its tokens. */
export interface SignedOut {
  readonly head: AccountHead;
  readonly revocation: Revocation;
  /** The account is gone here; one whose tokens could not be revoked stays unless it was to be forgotten all the same. */
  readonly isForgotten: boolean;
  /** Page on which the End-User can withdraw the access. */
  readonly reviewPage?: string;
}

/** `not-asked`: the tokens cannot be had, or the network cannot be opened. */
type Revocation = RevocationOutcome | { readonly kind: 'not-asked'; readonly error: OAuthLoginError };

/**
 * Revokes the tokens of an account where it can be done, and forgets the account; tells what became of both.
 *
 * An account whose tokens could not be revoked stays, unless `forget` is set. `undefined` when another process forgot it
 * first. Throws an `AbortedError`, and a `StoreError` when the file cannot be removed.
 */
export async function signOut(
  head: AccountHead,
  { forget }: { readonly forget: boolean },
  access: AccessSession,
): Promise<SignedOut | undefined> {
  const { store, configuration } = access;
  // Before the lock: the key may be asked for, and nobody is to wait for that.
  const unopened = await failureToOpen(head, store);
  return store.withLock(head.id, async () => {
    // As it is now: another process may have refreshed it, or signed it out.
    const latest = await store.read(head.id);
    if (latest === undefined) {
      return undefined;
    }
    const revocation = unopened === undefined ? await revoke(latest, access) : notAsked(unopened);
    const isKept = 'error' in revocation && !forget;
    if (!isKept) {
      await store.remove(latest.id);
    } else if (revocation.kind === 'failed' && revocation.isAccessTokenRevoked) {
      // What is left is the refresh token, which gives the next access token.
      await store.write({ ...latest, isTokenRefused: true }, await store.readSecrets(latest));
    }
    const { reviewPage: page } = providerOfAccount(latest, await configuration());
    const reviewPage = page?.replace('{client_id}', encodeURIComponent(latest.clientId));
    return { head: latest, revocation, isForgotten: !isKept, ...defined({ reviewPage }) };
  });
}

/** Why the tokens cannot be had, which are needed to revoke them: a key that is locked or not there, a damaged file. */
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

/** The way to the network, or what is wrong with its settings: a file of certificates, the address of a proxy. */
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
