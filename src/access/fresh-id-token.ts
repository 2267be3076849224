import type { AccountHead } from '../accounts/account.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import type { AccessSession } from './access-session.ts';
import type { Freshness } from './freshness.ts';
import { noteRelease } from './note-release.ts';
import { type FreshIdToken, idTokenOf } from './stored-id-token.ts';

/**
 * Gives the ID Token of an account, valid for `minValiditySeconds`, for programs that sign in with one: a cluster
 * (`credential kubernetes`), a cloud (`AssumeRoleWithWebIdentity` of AWS), a token exchange (RFC 8693). Nothing is sent
 * while the stored one is good. After its end, the account is refreshed as by `freshAccess`, one process at a time.
 *
 * The release log notes it. The caller hands it to the party that it names in `aud`, and to no API: it is no access token. A new one that lives
 * for less than `minValiditySeconds` is given all the same.
 *
 * Throws a `ConfigurationError` for a server that gives no ID Tokens. Throws an `AuthenticationRequiredError` where only
 * a new sign-in gives one: `id_token_missing` where there was none, `id_token_expired` where the refresh brought none.
 * Throws what `freshAccess` throws.
 *
 * @see [OpenID Connect Core §12.2](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse)
 */
export async function freshIdToken(
  head: AccountHead,
  freshness: Freshness,
  access: AccessSession,
): Promise<FreshIdToken> {
  const fresh = await storedOrRenewed(head, freshness, access);
  await noteRelease({ token: 'id_token', provider: head.provider, account: fresh.head }, access);
  return fresh;
}

async function storedOrRenewed(
  head: AccountHead,
  freshness: Freshness,
  access: AccessSession,
): Promise<FreshIdToken> {
  const { context, store } = access;
  const now = context.clock.now().getTime();
  const secrets = await (freshness.isJustListed ? store.openSecrets(head) : store.readSecrets(head));
  const stored = idTokenOf({ head, secrets });
  const isLongEnough =
    stored !== undefined && stored.expiresAt.getTime() - now >= freshness.minValiditySeconds * 1000;
  if (isLongEnough && !freshness.force) {
    return stored;
  }
  if (stored === undefined && !isOpenid(head)) {
    throw new ConfigurationError('config_unsupported_server', `${head.label} gives no ID Tokens`, {
      hint: `print the access token: oauth-login token ${shellQuoted(head.target.split(' ')[0] ?? '')}`,
    });
  }
  const { renewedIdToken } = await import('./renewed-id-token.ts');
  return renewedIdToken({ head, secrets }, stored, freshness, access);
}

/** Whether the server of the account is known to sign ID Tokens, or `openid` was asked for. */
function isOpenid({ idTokenAlgorithms, endpoints, scopes, requestedScopes }: AccountHead): boolean {
  return (
    idTokenAlgorithms !== undefined ||
    endpoints.jwks_uri !== undefined ||
    [...scopes, ...requestedScopes].includes('openid')
  );
}
