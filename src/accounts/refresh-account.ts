import type { Context } from '../context.ts';
import { AuthenticationRequiredError, AuthorizationServerError } from '../errors.ts';
import { clockOffsetText } from '../output/text.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import type { Configuration } from '../settings/configuration.ts';
import type { AccountHead } from './account.ts';
import { accountName } from './account-name.ts';
import type { AccountStore } from './account-store.ts';
import { type Freshness, isFresh, type OpenAccount } from './freshness.ts';

/** Errors that concern the client, the pace or the server. */
const NOT_ABOUT_THE_TOKEN: ReadonlySet<string> = new Set([
  'invalid_client',
  'unauthorized_client',
  'incorrect_client_credentials',
  'slow_down',
  'temporarily_unavailable',
  'server_error',
]);

/**
 * Refreshes the access token of an account, unless another process was first: the part of `freshAccess` that needs the
 * network. Throws as that does.
 */
export async function refreshAccount(
  head: AccountHead,
  freshness: Freshness,
  store: AccountStore,
  context: Context,
  configuration: () => Promise<Configuration>,
): Promise<OpenAccount> {
  if (!head.hasRefreshToken) throw cannotRefresh(head, context);
  return store.withLock(head.id, async () => {
    const latest = await store.read(head.id);
    if (latest === undefined) throw signInAgain(head, 'it was signed out meanwhile');
    const changed = latest.issuedAt !== head.issuedAt;
    const secrets = await store.readSecrets(latest);
    if (isFresh(latest, freshness, context) && (!freshness.force || changed))
      return { head: latest, secrets };
    if (latest.needsLogin !== undefined) throw signInAgain(latest, latest.needsLogin);
    const settings = await configuration();
    // Once the request is out, its answer has to reach the disk: the old token may be spent.
    const renewed = await context.uninterrupted(() =>
      refreshAndKeep({ head: latest, secrets }, freshness, store, context, settings),
    );
    context.signal.throwIfAborted();
    return renewed;
  });
}

async function refreshAndKeep(
  account: OpenAccount,
  freshness: Freshness,
  store: AccountStore,
  context: Context,
  configuration: Configuration,
): Promise<OpenAccount> {
  const { head, secrets } = account;
  if (secrets.refreshToken === undefined) throw cannotRefresh(head, context);
  const [{ clientOfAccount, providerOfAccount }, { refreshTokens }] = await Promise.all([
    import('./account-provider.ts'),
    import('../protocol/refresh-request.ts'),
  ]);
  const http = await context.openHttp({
    allowHttpLoopback: head.allowHttpLoopback ?? false,
    ...(head.caFile === undefined ? {} : { caFile: head.caFile }),
    ...(freshness.trace === undefined ? {} : { trace: freshness.trace }),
  });
  try {
    const tokens = await refreshTokens(
      {
        provider: providerOfAccount(head, configuration),
        client: clientOfAccount(head, secrets),
        fetch: http.fetch,
        allowHttpLoopback: head.allowHttpLoopback ?? false,
        now: () => context.clock.now(),
        requestedScopes: head.scopes,
      },
      secrets.refreshToken,
      {
        subject: head.profile.sub,
        ...(head.redirectUri === undefined ? {} : { redirectUri: head.redirectUri }),
      },
    );
    const renewed = withTokens(account, tokens);
    await store.write(renewed.head, renewed.secrets);
    if (tokens.clockOffset !== undefined)
      context.stderr.write(`note: ${clockOffsetText(tokens.clockOffset, head.label)}\n`);
    return renewed;
  } catch (error) {
    if (!isRejected(error)) throw error;
    const reason = `${head.label} refused the refresh token (${error.error})`;
    await store.write({ ...head, needsLogin: reason }, secrets);
    throw signInAgain(head, reason);
  } finally {
    await http.close();
  }
}

/** The account with new tokens in place of the old; everything else about it stays. */
export function withTokens({ head, secrets }: OpenAccount, tokens: TokenSet): OpenAccount {
  const { expiresAt: _expiresAt, needsLogin: _needsLogin, ...rest } = head;
  return {
    head: {
      ...rest,
      scopes: tokens.scopes,
      issuedAt: tokens.issuedAt.toISOString(),
      ...(tokens.expiresAt === undefined ? {} : { expiresAt: tokens.expiresAt.toISOString() }),
      hasRefreshToken: tokens.refreshToken !== undefined,
    },
    secrets: {
      ...secrets,
      accessToken: tokens.accessToken,
      ...(tokens.refreshToken === undefined ? {} : { refreshToken: tokens.refreshToken }),
      ...(tokens.idToken === undefined ? {} : { idToken: tokens.idToken }),
    },
  };
}

/**
 * Servers report a dead refresh token as `invalid_grant`, as `invalid_request`, or with 400 or 401 and nothing
 * else; what concerns the client or the pace is not about the token.
 */
function isRejected(error: unknown): error is AuthorizationServerError {
  if (!(error instanceof AuthorizationServerError)) return false;
  if (NOT_ABOUT_THE_TOKEN.has(error.error)) {
    return false;
  }
  return error.status === 400 || error.status === 401;
}

function cannotRefresh(head: AccountHead, { clock }: Pick<Context, 'clock'>): AuthenticationRequiredError {
  if (head.needsLogin !== undefined) return signInAgain(head, head.needsLogin);
  const expired = head.expiresAt !== undefined && Date.parse(head.expiresAt) <= clock.now().getTime();
  return signInAgain(
    head,
    expired
      ? 'the access token has expired and there is no refresh token'
      : 'there is no refresh token to renew it with',
  );
}

/** The error that asks the End-User to sign in again. */
export function signInAgain(head: AccountHead, reason: string): AuthenticationRequiredError {
  return new AuthenticationRequiredError(
    'refresh_rejected',
    `the sign-in of ${accountName(head)} at ${head.label} has ended: ${reason}`,
    { hint: `sign in again with: oauth-login ${head.target}` },
  );
}
