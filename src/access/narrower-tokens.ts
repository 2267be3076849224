import type { AccountHead, OpenAccount } from '../accounts/account.ts';
import { idTokenSubject } from '../accounts/id-token-subject.ts';
import { defined } from '../ground/defined.ts';
import { AuthorizationServerError, ProtocolError } from '../ground/errors.ts';
import { networkOf } from '../ground/http-options.ts';
import { refreshTokens } from '../protocol/refresh-request.ts';
import { type TokenEndpoint, tokenEndpoint } from '../protocol/token-endpoint.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import { requestUnattendedTokens } from '../protocol/unattended-token-request.ts';
import type { AccessSession } from './access-session.ts';
import { freshAccess } from './fresh-token.ts';
import { keepWhatComes } from './renew-account.ts';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** The reply gave more than was asked for, so handing it out would not be what the user wants. */
export class TooWide extends ProtocolError {}

/** By the refresh token, with fewer scopes (RFC 6749 §6). The account keeps a new refresh token, and nothing else of the reply. */
export async function refreshedTokens(
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
      subject: idTokenSubject(head),
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

/** By exchanging the access token of the account (RFC 8693 §2). */
export async function exchangedTokens(
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
  const [{ clientOfAccount, providerOfAccount }, { bindingOfAccount }] = await Promise.all([
    import('../accounts/account-provider.ts'),
    import('../accounts/account-binding.ts'),
  ]);
  const http = await access.context.openHttp(networkOf(head, access.trace));
  try {
    const use = {
      ...defined({
        binding: bindingOfAccount({ head, secrets }, access.context),
        clientCertificate: head.clientCertificate,
      }),
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
