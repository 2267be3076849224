import type { AccountHead } from '../accounts/account.ts';
import { notStored } from '../accounts/account-errors.ts';
import { UsageError } from '../ground/errors.ts';
import type { Secret } from '../ground/secret.ts';
import type { AccessSession } from './access-session.ts';
import { refuseBoundToken } from './bound-token.ts';
import { freshToken } from './fresh-token.ts';
import type { AccountSource, TokenSource } from './token-source.ts';

/** A token that is handed to a program, and what is known of its life. */
export interface TokenToHold {
  readonly token: Secret;
  /** Absent: nobody knows. */
  readonly issuedAt?: Date;
  readonly expiresAt?: Date;
  /** What signs with the token, of OAuth 1.0a. */
  readonly tokenSecret?: Secret;
}

/** Gives a token that is valid for so many seconds at least, as long as a new one lives for that long. */
export type TokenReader = (minValiditySeconds: number) => Promise<TokenToHold>;

/**
 * Gives the access token or the ID Token of a source again and again, as it is each time: after the first time, the
 * account is read anew, since another process may have refreshed it.
 *
 * The reader throws what `freshToken` and `freshIdToken` throw. Throws a `UsageError` for an ID Token of a source that is
 * no account.
 */
export function readerOf(source: TokenSource, isIdToken: boolean, access: AccessSession): TokenReader {
  let isJustListed = true;
  const again = async ({ head }: AccountSource): Promise<AccountHead> => {
    const stored = isJustListed ? head : await access.store.read(head.id);
    if (stored === undefined) {
      throw notStored(head);
    }
    return stored;
  };
  if (isIdToken) {
    if (source.kind !== 'account') {
      throw new UsageError('usage_conflict', '--id-token is for the account of a person', {
        hint: 'sign in first, and leave out --grant and the variable that supplies an access token',
      });
    }
    return async (minValiditySeconds) => {
      const { freshIdToken } = await import('./fresh-id-token.ts');
      const head = await again(source);
      const { idToken, claims, expiresAt } = await freshIdToken(
        head,
        { minValiditySeconds, isJustListed },
        access,
      );
      isJustListed = false;
      const { iat } = claims;
      return {
        token: idToken,
        expiresAt,
        ...(typeof iat === 'number' ? { issuedAt: new Date(iat * 1000) } : {}),
      };
    };
  }
  return async (minValiditySeconds) => {
    await refuseBoundToken(source);
    const latest = source.kind === 'account' ? { ...source, head: await again(source) } : source;
    const fresh = await freshToken(latest, { minValiditySeconds, isJustListed }, access);
    await refuseBoundToken(fresh);
    isJustListed = false;
    const tokenSecret = fresh.kind === 'account' ? fresh.signer?.token?.secret : undefined;
    return {
      token: fresh.accessToken,
      ...(fresh.kind === 'supplied' ? {} : lifeOf(fresh.head)),
      ...(tokenSecret === undefined ? {} : { tokenSecret }),
    };
  };
}

function lifeOf({ issuedAt, expiresAt }: { readonly issuedAt: string; readonly expiresAt?: string }) {
  return {
    issuedAt: new Date(issuedAt),
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }),
  };
}
