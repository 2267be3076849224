import type { Context } from '../context.ts';
import { AuthenticationRequiredError, AuthorizationServerError } from '../errors.ts';
import { clockOffsetText } from '../output/text.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import type { Configuration } from '../settings/configuration.ts';
import type { AccountHead, AccountSecrets } from './account.ts';
import type { AccountStore } from './account-store.ts';
import { accountName } from './choose-account.ts';

/** An account with its secrets opened. */
export interface OpenAccount {
  readonly head: AccountHead;
  readonly secrets: AccountSecrets;
}

/** How fresh an access token has to be. */
export interface Freshness {
  /** The access token has to be good for at least this long. */
  readonly minValiditySeconds: number;
  /** Refresh even when the stored token would do. */
  readonly force?: boolean;
  readonly trace?: (line: string) => void;
}

/** Errors that concern the client, the pace or the server. */
const NOT_ABOUT_THE_TOKEN: ReadonlySet<string> = new Set([
  'invalid_client',
  'unauthorized_client',
  'incorrect_client_credentials',
  'slow_down',
  'temporarily_unavailable',
  'server_error',
]);

/** Milliseconds a stored instant may lie ahead before the clock counts as set back. */
const CLOCK_TOLERANCE = 60_000;

/**
 * Gives an access token that is valid long enough, refreshing it first when needed.
 *
 * Refreshing is single-flight across processes: the lock is taken, the account read again, one request sent,
 * and the answer is on disk before anybody gets it. Throws an `AuthenticationRequiredError` when only signing
 * in again helps; any other failure leaves what is stored as it is.
 *
 * @see [RFC 9700 §4.14](https://www.rfc-editor.org/rfc/rfc9700.html#section-4.14)
 */
export async function freshAccess(
  head: AccountHead,
  freshness: Freshness,
  store: AccountStore,
  context: Context,
  configuration: () => Promise<Configuration>,
): Promise<OpenAccount> {
  if (!freshness.force && isFresh(head, freshness, context))
    return { head, secrets: await store.readSecrets(head) };
  if (!head.hasRefreshToken) throw cannotRefresh(head, context);
  return store.withLock(head.id, async () => {
    const latest = await store.read(head.id);
    if (latest === undefined) throw signInAgain(head, 'it was signed out meanwhile');
    const changed = latest.issuedAt !== head.issuedAt;
    const secrets = await store.readSecrets(latest);
    if (isFresh(latest, freshness, context) && (!freshness.force || changed))
      return { head: latest, secrets };
    if (latest.needsLogin !== undefined) throw signInAgain(latest, latest.needsLogin);
    return refreshAndKeep({ head: latest, secrets }, freshness, store, context, await configuration());
  });
}

/** Whether the stored access token is good for that long; one without a known end counts as good. */
export function isFresh(head: AccountHead, freshness: Freshness, { clock }: Pick<Context, 'clock'>): boolean {
  const now = clock.now().getTime();
  // The refresh token was refused, which leaves the access token its time; or the access token itself was.
  if (head.needsLogin !== undefined && (!head.hasRefreshToken || head.expiresAt === undefined)) return false;
  if (head.expiresAt === undefined) return true;
  if (now < Date.parse(head.issuedAt) - CLOCK_TOLERANCE) return false;
  return Date.parse(head.expiresAt) - now >= freshness.minValiditySeconds * 1000;
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
    // Not tied to Ctrl-C: once the request is out, its answer has to reach the disk (the old token may be spent).
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
    context.signal.throwIfAborted();
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
