import type { AccountHead } from '../accounts/account.ts';
import { clientOfAccount, providerOfAccount } from '../accounts/account-provider.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import type { Context } from '../context.ts';
import { AbortedError, OAuthLoginError } from '../errors.ts';
import type { Forgotten } from '../output/logout-text.ts';
import { revokeTokens } from '../protocol/revocation.ts';
import type { Configuration } from '../settings/configuration.ts';
import { httpOptions, signalled } from './http-options.ts';

/**
 * Revokes the tokens of an account where it can be done, and forgets the account in any case but Ctrl-C; tells which
 * of both happened. To be called inside the lock of the account.
 */
export async function forgetAccount(
  head: AccountHead,
  flags: { readonly debug?: boolean },
  store: AccountStore,
  context: Context,
  configuration: Configuration,
): Promise<Forgotten> {
  const provider = providerOfAccount(head, configuration);
  const page = provider.reviewPage?.replace('{client_id}', encodeURIComponent(head.clientId));
  const where = page === undefined ? {} : { reviewPage: page };
  try {
    const revocation = await revoke(head, flags, store, context, configuration);
    await store.remove(head.id);
    return { head, revocation, ...where };
  } catch (error) {
    if (!(error instanceof OAuthLoginError) || error instanceof AbortedError) throw error;
    await store.remove(head.id);
    return { head, revocation: 'failed', error: withReviewPage(error, page), ...where };
  }
}

/** The hint of the failed request would be to try again, but there is nothing left here to try it with. */
function withReviewPage(error: OAuthLoginError, page: string | undefined): OAuthLoginError {
  const hint =
    page === undefined
      ? 'the sign-in is forgotten here; ask the people who run the provider to end its tokens'
      : `the sign-in is forgotten here; withdraw the access at ${page}`;
  return Object.defineProperty(error, 'hint', { value: hint });
}

async function revoke(
  head: AccountHead,
  flags: { readonly debug?: boolean },
  store: AccountStore,
  context: Context,
  configuration: Configuration,
): Promise<'revoked' | 'not-offered'> {
  const secrets = await store.readSecrets(head);
  const http = await context.openHttp(httpOptions({ ...head, ...flags }, context));
  try {
    return await revokeTokens(
      {
        provider: providerOfAccount(head, configuration),
        client: clientOfAccount(head, secrets),
        subject: head.profile.sub,
        fetch: signalled(http.fetch, context.signal),
        allowHttpLoopback: head.allowHttpLoopback ?? false,
      },
      secrets,
    );
  } finally {
    await http.close();
  }
}
