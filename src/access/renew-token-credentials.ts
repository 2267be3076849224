import type { OpenAccount } from '../accounts/account.ts';
import { signerOfAccount } from '../accounts/account-signer.ts';
import type { Context } from '../ground/context.ts';
import type { Fetch } from '../ground/fetch.ts';
import type { Secret } from '../ground/secret.ts';
import { renewTokenCredentials } from '../protocol/oauth1/token-credentials.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import { cannotRefresh } from './sign-in-again.ts';

/**
 * Asks for new token credentials with the session handle of an OAuth 1.0a account, which is its refresh token. Only
 * the server of the sign-in is asked. Throws any error of the request.
 */
export async function renewedCredentials(
  account: OpenAccount,
  sessionHandle: Secret,
  fetch: Fetch,
  context: Pick<Context, 'clock'>,
): Promise<TokenSet> {
  const { head } = account;
  const { oauth1, label, scopes } = head;
  const signer = signerOfAccount(account, context);
  if (oauth1 === undefined || signer === undefined) {
    throw cannotRefresh(head, context);
  }
  const { method, tokenUri } = oauth1;
  return renewTokenCredentials({ label, server: { method }, signer, fetch, tokenUri }, sessionHandle, scopes);
}
