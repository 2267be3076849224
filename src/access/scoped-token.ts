import type { AccountHead } from '../accounts/account.ts';
import { defined } from '../ground/defined.ts';
import {
  AuthenticationRequiredError,
  AuthorizationServerError,
  type OAuthLoginError,
} from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import type { Secret } from '../ground/secret.ts';
import { type TokenSet, tokenTypeOf } from '../protocol/token-set.ts';
import type { AccessSession } from './access-session.ts';
import { exchangedTokens, refreshedTokens, TooWide } from './narrower-tokens.ts';

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

function described(head: AccountHead, tokens: TokenSet): ScopedToken {
  const { accessToken, scopes, expiresAt, issuedAt } = tokens;
  const { expiresAt: _end, tokenType: _type, ...rest } = head;
  return {
    accessToken,
    head: {
      ...rest,
      scopes,
      issuedAt: issuedAt.toISOString(),
      ...defined({ expiresAt: expiresAt?.toISOString() }),
      ...tokenTypeOf(tokens),
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
