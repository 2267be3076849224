import type { AccountHead } from '../accounts/account.ts';
import { clientOfAccount, providerOfAccount } from '../accounts/account-provider.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import type { Context } from '../ground/context.ts';
import { ConfigurationError, type OAuthLoginError, StoreError } from '../ground/errors.ts';
import { httpOptions, signalled } from '../ground/http-options.ts';
import type { HttpClient } from '../ground/ports.ts';
import type { Forgotten } from '../output/logout-text.ts';
import { revokeTokens } from '../protocol/revocation.ts';
import type { Configuration } from '../settings/configuration.ts';

/** What decides whether an account is forgotten. */
interface ForgetFlags {
  /** Forget it also where its tokens stay valid. */
  readonly forget?: boolean;
  readonly debug?: boolean;
}

/**
 * Revokes the tokens of an account where it can be done, and forgets the account; tells what became of both.
 *
 * An account whose tokens could not be revoked stays, unless it is to be forgotten all the same. `undefined` when
 * another process forgot it first. Throws an `AbortedError`, and a `StoreError` when the file cannot be removed.
 */
export async function forgetAccount(
  head: AccountHead,
  flags: ForgetFlags,
  store: AccountStore,
  context: Context,
  configuration: Configuration,
): Promise<Forgotten | undefined> {
  // Before the lock: the key may be asked for, and nobody is to wait for that.
  const unopened = await failureToOpen(head, store);
  return store.withLock(head.id, async () => {
    // As it is now: another process may have refreshed it, or signed it out.
    const latest = await store.read(head.id);
    if (latest === undefined) return undefined;
    const revocation =
      unopened === undefined
        ? await revoke(latest, flags, store, context, configuration)
        : notAsked(unopened);
    const isKept = 'error' in revocation && flags.forget !== true;
    if (!isKept) await store.remove(latest.id);
    else if (revocation.kind === 'failed' && revocation.isAccessTokenRevoked) {
      // What is left is the refresh token, which gives the next access token.
      await store.write({ ...latest, isTokenRefused: true }, await store.readSecrets(latest));
    }
    const page = providerOfAccount(latest, configuration).reviewPage?.replace(
      '{client_id}',
      encodeURIComponent(latest.clientId),
    );
    const reviewPage = page === undefined ? {} : { reviewPage: page };
    return { head: latest, revocation, isForgotten: !isKept, ...reviewPage };
  });
}

/** Why the tokens cannot be had, which are needed to revoke them: a key that is locked or not there, a damaged file. */
async function failureToOpen(head: AccountHead, store: AccountStore): Promise<StoreError | undefined> {
  try {
    const latest = await store.read(head.id);
    if (latest !== undefined) await store.readSecrets(latest);
    return undefined;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return error;
  }
}

async function revoke(
  head: AccountHead,
  flags: ForgetFlags,
  store: AccountStore,
  context: Context,
  configuration: Configuration,
): Promise<Forgotten['revocation']> {
  const secrets = await store.readSecrets(head);
  const http = await openNetwork(head, flags, context);
  if (http instanceof ConfigurationError) return notAsked(http);
  try {
    return await revokeTokens(
      {
        provider: providerOfAccount(head, configuration),
        client: clientOfAccount(head, secrets),
        ...(head.profile === undefined ? {} : { subject: head.profile.sub }),
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
  flags: ForgetFlags,
  context: Context,
): Promise<HttpClient | ConfigurationError> {
  try {
    return await context.openHttp(httpOptions({ ...head, ...flags }, context));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error;
  }
}

function notAsked(error: OAuthLoginError): Forgotten['revocation'] {
  return { kind: 'not-asked', error };
}
