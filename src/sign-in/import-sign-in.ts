import type { AccountHead } from '../accounts/account.ts';
import type { Session } from '../accounts/session.ts';
import type { Secret } from '../ground/secret.ts';
import { refreshTokens } from '../protocol/refresh-request.ts';
import { tokenEndpoint } from '../protocol/token-endpoint.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { keepSignIn } from './keep-sign-in.ts';
import type { SignInPorts } from './ports.ts';
import { withReadySignIn } from './ready-sign-in.ts';
import type { ReadySignIn } from './stages.ts';

/** A token of a sign-in that another program has made. */
export type ForeignToken =
  | { readonly kind: 'refresh-token'; readonly token: Secret }
  | { readonly kind: 'access-token'; readonly token: Secret };

/**
 * Makes an account of a token that another program has obtained. A refresh token proves itself by one refresh, whose
 * new token is kept; an access token by one request for the profile.
 *
 * Throws any error of the family; nothing is kept then, unless the server has replaced the refresh token already.
 */
export async function importSignIn(
  settings: LoginSettings,
  foreign: ForeignToken,
  session: Session,
  ports: SignInPorts,
): Promise<AccountHead> {
  const asked = { settings: { ...settings, waits: false }, wanted: undefined };
  return withReadySignIn(asked, session, ports, async (ready) => {
    const tokens = await tokensOf(ready, foreign, session);
    const progress = {
      ...ports.progress,
      profileMissing(problem: Parameters<SignInPorts['progress']['profileMissing']>[0]) {
        // The access token has proved nothing then; a refresh token has by now.
        if (foreign.kind === 'access-token') {
          throw problem;
        }
      },
    };
    const facts = { client: ready.client, browser: 'start-link-unused' } as const;
    const round = { scopes: tokens.scopes, isOfflineAccessRefused: false };
    return keepSignIn({ ready, round, tokens, facts }, session, { ...ports, progress });
  });
}

async function tokensOf(
  { provider, client, fetch, settings }: ReadySignIn,
  { kind, token }: ForeignToken,
  { context }: Session,
): Promise<TokenSet> {
  if (kind === 'access-token') {
    return { accessToken: token, issuedAt: context.clock.now(), scopes: [] };
  }
  const { allowHttpLoopback, namedScopes: requestedScopes } = settings;
  const use = { provider, client, fetch, allowHttpLoopback, requestedScopes };
  return refreshTokens(tokenEndpoint(use, context), token, {});
}
