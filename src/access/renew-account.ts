import type { AccountHead, OpenAccount, UnfinishedRefresh } from '../accounts/account.ts';
import { idTokenSubject } from '../accounts/id-token-subject.ts';
import { refreshTokenEnd } from '../accounts/refresh-token-end.ts';
import { defined } from '../ground/defined.ts';
import { type AuthorizationServerError, StoreError } from '../ground/errors.ts';
import { networkOf } from '../ground/http-options.ts';
import type { RefreshReply } from '../protocol/refresh-reply.ts';
import { tokenEndpoint } from '../protocol/token-endpoint.ts';
import { type TokenSet, tokenTypeOf } from '../protocol/token-set.ts';
import type { Provider } from '../providers/provider.ts';
import type { AccessSession } from './access-session.ts';
import { noteFailure } from './failed-renewal.ts';
import { withEndOfSecret } from './refused-client.ts';
import { isRejectedRefresh } from './rejected-refresh.ts';
import { cannotRefresh } from './sign-in-again.ts';

/**
 * Spends the refresh token of an account and keeps the new tokens. It has to be called inside the lock of the
 * account, with the account as it is now.
 *
 * Before the request, the disk has room for the answer, and a mark is on it. A new refresh token is on the disk
 * before the rest of the answer is judged. It stays there even when the rest is wrong.
 *
 * Throws a `StoreError` before anything is sent, an `AuthenticationRequiredError` when the server refuses the
 * refresh token, and any error of the request.
 */
export async function renewAccount(
  { head, secrets }: OpenAccount,
  access: AccessSession,
): Promise<OpenAccount> {
  const { context } = access;
  const { refreshToken } = secrets;
  if (refreshToken === undefined) {
    throw cannotRefresh(head, context);
  }
  const [{ clientOfAccount, providerOfAccount }, { refreshTokens }] = await Promise.all([
    import('../accounts/account-provider.ts'),
    import('../protocol/refresh-request.ts'),
  ]);
  const http = await context.openHttp(networkOf(head, access.trace));
  try {
    if (head.oauth1 !== undefined) {
      const { renewedCredentials } = await import('./renew-token-credentials.ts');
      return await keepWhatComes({ head, secrets }, access, () =>
        renewedCredentials({ head, secrets }, refreshToken, http.fetch, context),
      );
    }
    const { bindingOfAccount } = await import('../accounts/account-binding.ts');
    const use = {
      ...defined({
        binding: bindingOfAccount({ head, secrets }, context),
        clientCertificate: head.clientCertificate,
      }),
      provider: providerOfAccount(head, await access.configuration()),
      client: clientOfAccount(head, secrets),
      fetch: http.fetch,
      allowHttpLoopback: head.allowHttpLoopback ?? false,
      requestedScopes: head.scopes,
    };
    const endpoint = tokenEndpoint(use, context);
    return await keepWhatComes(
      { head, secrets },
      access,
      (onReply) =>
        refreshTokens(endpoint, refreshToken, {
          ...defined({
            subject: idTokenSubject(head),
            idToken: secrets.idToken,
            redirectUri: head.redirectUri,
          }),
          onReply,
        }),
      use.provider,
    );
  } finally {
    await http.close();
  }
}

/** How the tokens of a reply change the account, and which refusal ends its sign-in. */
interface Keeping {
  merge(account: OpenAccount, tokens: TokenSet, refreshTokenExpiresAt: string | undefined): OpenAccount;
  isRejection(error: unknown): error is AuthorizationServerError;
}

const everything: Keeping = { merge: withTokens, isRejection: isRejectedRefresh };

/**
 * Spends a refresh token by `refresh`, and keeps what comes of it as `renewAccount` says; it has to be called inside the
 * lock of the account. Throws as `renewAccount` does.
 */
export async function keepWhatComes(
  account: OpenAccount,
  { context, store, note }: AccessSession,
  refresh: (onReply: (reply: RefreshReply) => Promise<void>) => Promise<TokenSet>,
  provider: Pick<Provider, 'refreshTokenDays'> = {},
  { merge, isRejection }: Keeping = everything,
): Promise<OpenAccount> {
  const sentAt = context.clock.now().toISOString();
  let latest = { ...account, head: { ...account.head, unfinishedRefresh: sent(account.head, sentAt) } };
  let reply: RefreshReply | undefined;
  const reserve = await store.reserve(latest.head, latest.secrets);
  try {
    const tokens = await refresh(async (answer) => {
      reply = answer;
      const { refreshToken } = answer;
      if (refreshToken === undefined || refreshToken.reveal() === account.secrets.refreshToken?.reveal()) {
        return;
      }
      latest = {
        head: { ...latest.head, unfinishedRefresh: { sentAt, state: 'rotated' } },
        secrets: { ...latest.secrets, refreshToken },
      };
      reserve.write(latest.head, latest.secrets);
    });
    const isSame = tokens.refreshToken?.reveal() === account.secrets.refreshToken?.reveal();
    const end = refreshTokenEnd(tokens, provider) ?? (isSame ? latest.head.refreshTokenExpiresAt : undefined);
    const renewed = merge(latest, tokens, end);
    reserve.write(renewed.head, renewed.secrets);
    if (tokens.clockOffset !== undefined) {
      note({ kind: 'clock-differs', seconds: tokens.clockOffset, label: latest.head.label });
    }
    return renewed;
  } catch (error) {
    // The failure cannot be noted where nothing can be written.
    if (error instanceof StoreError) {
      throw error;
    }
    throw withEndOfSecret(
      noteFailure(error, account.head, latest, reply, reserve, { context, isRejection }),
      latest.head,
      context,
    );
  } finally {
    reserve.close();
  }
}

/** Of several requests without an answer, the first one may have spent the token. */
function sent({ unfinishedRefresh: before }: AccountHead, sentAt: string): UnfinishedRefresh {
  return before?.state === 'sent' ? before : { sentAt, state: 'sent' };
}

/** The account with new tokens in place of the old; everything else about it stays. */
function withTokens(
  { head, secrets }: OpenAccount,
  tokens: TokenSet,
  refreshTokenExpiresAt: string | undefined,
): OpenAccount {
  const {
    expiresAt: _expiresAt,
    needsLogin: _needsLogin,
    unfinishedRefresh: _unfinishedRefresh,
    failedRefresh: _failedRefresh,
    isTokenRefused: _isTokenRefused,
    refreshTokenExpiresAt: _refreshTokenExpiresAt,
    tokenType: _tokenType,
    ...rest
  } = head;
  return {
    head: {
      ...rest,
      scopes: tokens.scopes,
      issuedAt: tokens.issuedAt.toISOString(),
      ...defined({ expiresAt: tokens.expiresAt?.toISOString(), refreshTokenExpiresAt }),
      hasRefreshToken: tokens.refreshToken !== undefined,
      ...tokenTypeOf(tokens),
    },
    secrets: {
      ...secrets,
      accessToken: tokens.accessToken,
      ...defined({
        tokenSecret: tokens.tokenSecret,
        refreshToken: tokens.refreshToken,
        idToken: tokens.idToken,
      }),
    },
  };
}
