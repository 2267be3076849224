import type { AccessSession } from '../access/access-session.ts';
import { signOut } from '../access/sign-out.ts';
import type { AccountSource, SuppliedSource } from '../access/token-source.ts';
import { defined } from '../ground/defined.ts';
import { UsageError } from '../ground/errors.ts';
import { toldSignOut } from '../output/logout-text.ts';
import type { SignedOut } from './interface.ts';

/**
 * Revokes the tokens of an account and deletes it. Throws the error of the revocation, and keeps the account, where they
 * could not be revoked and `forget` is not set; throws a `UsageError` for a token of a variable.
 */
export async function signOutAccount(
  source: SuppliedSource | AccountSource,
  forget: boolean,
  access: AccessSession,
): Promise<SignedOut> {
  if (source.kind === 'supplied') {
    const { variable } = source.supplied;
    throw new UsageError('usage_invalid', `the token comes from ${variable}, and nothing is stored`, {
      hint: `unset ${variable}`,
    });
  }
  const outcome = await signOut(source.head, { forget }, access);
  if (outcome === undefined) {
    return { revocation: 'gone' };
  }
  const { error, isForgotten, reviewPage } = toldSignOut(outcome, 'account.signOut({ forget: true })');
  if (error !== undefined && !isForgotten) {
    throw error;
  }
  return { revocation: outcome.revocation.kind, ...defined({ error, reviewPage }) };
}
