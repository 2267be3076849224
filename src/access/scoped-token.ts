import type { AccountHead, OpenAccount } from '../accounts/account.ts';
import { defined } from '../ground/defined.ts';
import {
  AuthenticationRequiredError,
  AuthorizationServerError,
  type OAuthLoginError,
  ProtocolError,
} from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { networkOf } from '../ground/http-options.ts';
import type { Secret } from '../ground/secret.ts';
import { refreshTokens } from '../protocol/refresh-request.ts';
import { type TokenEndpoint, tokenEndpoint } from '../protocol/token-endpoint.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import { requestUnattendedTokens } from '../protocol/unattended-token-request.ts';
import type { AccessSession } from './access-session.ts';
import { freshAccess } from './fresh-token.ts';
import { keepWhatComes } from './renew-account.ts';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** A token with fewer scopes than the account has; the account does not keep it. */
export interface ScopedToken {
  readonly accessToken: Secret;
  /** The account as the answer describes it: with the scopes and the end of this token. */
  readonly head: AccountHead;
}

/**
 * Asks for an access token of an account with some of its scopes only: by its refresh token (RFC 6749 §6), else by
 * exchanging its access token (RFC 8693 §2). The account keeps its own access token, and a new refresh token.
 *
 * Throws an `AuthenticationRequiredError` for a scope that the account does not have, and an `AuthorizationServerError`
 * where the server allows neither way.
 */
export async function scopedToken(
  head: AccountHead,
  scopes: readonly string[],
  access: AccessSession,
): Promise<ScopedToken> {
  requireGranted(head, scopes);
  const refused: OAuthLoginError[] = [];
  const ways = head.hasRefreshToken ? [refreshedTokens, exchangedTokens] : [exchangedTokens];
  for (const way of ways) {
    try {
      return described(head, await way(head, scopes, access));
    } catch (error) {
      if (!(error instanceof AuthorizationServerError || error instanceof TooWide)) {
        throw error;
      }
      refused.push(error);
    }
  }
  throw neitherWay(head, refused);
}

/** The reply gave more than was asked for, so handing it out would not be what the user wants. */
class TooWide extends ProtocolError {}

function requireGranted({ scopes: granted, label, target }: AccountHead, scopes: readonly string[]): void {
  const missing = scopes.filter((scope) => !granted.includes(scope));
  if (missing.length > 0) {
    throw new AuthenticationRequiredError(
      'insufficient_scope',
      `this sign-in to ${label} does not have: ${missing.join(' ')}`,
      { hint: `sign in with more: oauth-login ${target} --scope ${shellQuoted(missing.join(' '))}` },
    );
  }
}

async function refreshedTokens(
  head: AccountHead,
  scopes: readonly string[],
  access: AccessSession,
): Promise<TokenSet> {
  const { context, store } = access;
  await Promise.all([store.unlock(head), access.configuration()]);
  return store.withLock(head.id, () =>
    context.uninterrupted(async () => {
      const latest = (await store.read(head.id)) ?? head;
      const account = { head: latest, secrets: await store.readSecrets(latest) };
      return narrowed(account, scopes, access);
    }),
  );
}

/** Spends the refresh token for the narrow token, and keeps nothing of the reply but the next refresh token. */
async function narrowed(
  account: OpenAccount,
  scopes: readonly string[],
  access: AccessSession,
): Promise<TokenSet> {
  const { head, secrets } = account;
  const { refreshToken } = secrets;
  let tokens: TokenSet | undefined;
  const keeping = {
    merge(latest: OpenAccount, came: TokenSet, refreshTokenExpiresAt: string | undefined): OpenAccount {
      tokens = came;
      const {
        unfinishedRefresh: _done,
        failedRefresh: _failed,
        refreshTokenExpiresAt: _end,
        ...rest
      } = latest.head;
      return {
        head: { ...rest, ...defined({ refreshTokenExpiresAt }) },
        secrets: { ...latest.secrets, ...defined({ refreshToken: came.refreshToken }) },
      };
    },
    // A server that does not know `scope` here may refuse it in any words but these.
    isRejection: (error: unknown): error is AuthorizationServerError =>
      error instanceof AuthorizationServerError && error.error === 'invalid_grant',
  };
  await withEndpoint(account, scopes, access, async (endpoint) => {
    if (refreshToken === undefined) {
      return;
    }
    const parameters = [['scope', scopes.join(endpoint.provider.scopeSeparator)] as const];
    const more = defined({
      subject: head.profile?.sub,
      idToken: secrets.idToken,
      redirectUri: head.redirectUri,
    });
    await keepWhatComes(
      account,
      access,
      (onReply) => refreshTokens(endpoint, refreshToken, { ...more, parameters, onReply }),
      endpoint.provider,
      keeping,
    );
  });
  return requireNarrow(head, tokens, scopes);
}

async function exchangedTokens(
  head: AccountHead,
  scopes: readonly string[],
  access: AccessSession,
): Promise<TokenSet> {
  const account = await freshAccess(head, { minValiditySeconds: 60 }, access);
  const subject = account.secrets.accessToken.reveal();
  const tokens = await withEndpoint(account, scopes, access, (endpoint) =>
    requestUnattendedTokens(endpoint, {
      grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
      parameters: [
        ['subject_token', subject],
        ['subject_token_type', ACCESS_TOKEN],
        ['requested_token_type', ACCESS_TOKEN],
        ['scope', scopes.join(endpoint.provider.scopeSeparator)],
      ],
      requestedTokenType: ACCESS_TOKEN,
    }),
  );
  return requireNarrow(head, tokens, scopes);
}

async function withEndpoint<Result>(
  { head, secrets }: OpenAccount,
  scopes: readonly string[],
  access: AccessSession,
  work: (endpoint: TokenEndpoint) => Promise<Result>,
): Promise<Result> {
  const { clientOfAccount, providerOfAccount } = await import('../accounts/account-provider.ts');
  const http = await access.context.openHttp(networkOf(head, access.trace));
  try {
    const use = {
      provider: providerOfAccount(head, await access.configuration()),
      client: clientOfAccount(head, secrets),
      fetch: http.fetch,
      allowHttpLoopback: head.allowHttpLoopback ?? false,
      requestedScopes: scopes,
    };
    return await work(tokenEndpoint(use, access.context));
  } finally {
    await http.close();
  }
}

function requireNarrow(
  { label }: AccountHead,
  tokens: TokenSet | undefined,
  asked: readonly string[],
): TokenSet {
  if (tokens?.scopes.every((scope) => asked.includes(scope))) {
    return tokens;
  }
  throw new TooWide(
    'protocol_invalid_response',
    `${label} gave a token with more scopes than were asked for`,
    {
      hint: 'nothing was printed; sign in with these scopes alone',
    },
  );
}

function described(head: AccountHead, { accessToken, scopes, expiresAt, issuedAt }: TokenSet): ScopedToken {
  const { expiresAt: _end, ...rest } = head;
  return {
    accessToken,
    head: {
      ...rest,
      scopes,
      issuedAt: issuedAt.toISOString(),
      ...defined({ expiresAt: expiresAt?.toISOString() }),
    },
  };
}

function neitherWay(head: AccountHead, refused: readonly OAuthLoginError[]): AuthorizationServerError {
  const last = refused.findLast((error) => error instanceof AuthorizationServerError);
  const reasons = refused.map((error) =>
    error instanceof AuthorizationServerError ? error.error : 'it gave more scopes than were asked for',
  );
  return new AuthorizationServerError(
    last?.error ?? 'invalid_scope',
    `${head.label} gives no token with fewer scopes, neither by refresh (RFC 6749) nor by token exchange (RFC 8693): ${reasons.join(', ')}`,
    {
      hint: `use the token of the account, oauth-login token ${head.target}, or sign in with another client that has fewer scopes`,
      ...defined({ status: last?.status }),
      cause: refused[0],
    },
  );
}
