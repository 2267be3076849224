import type { AccountHead } from '../accounts/account.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import { type AccountFlags, chooseAccount } from '../accounts/choose-account.ts';
import type { Context } from '../context.ts';
import type { Configuration } from '../settings/configuration.ts';
import { type SuppliedToken, suppliedToken, suppliedTokenOf } from '../settings/supplied-token.ts';
import { withoutPerson } from './without-person.ts';

/** A token of the environment, with the account whose place it takes when no target was named. */
export interface SuppliedSource extends SuppliedToken {
  readonly account?: AccountHead;
}

/** Where the access token of a target comes from: the environment, or an account whose secrets are still sealed. */
export type TokenSource = SuppliedSource | { readonly head: AccountHead };

/**
 * Finds where the access token of a target comes from; a variable wins over the store, whose secrets stay sealed.
 *
 * Throws a `ConfigurationError` for a variable that holds no token, and what `chooseAccount` throws.
 */
export async function chooseTokenSource(
  target: string | undefined,
  flags: AccountFlags,
  store: AccountStore,
  context: Context,
  configuration: () => Promise<Configuration>,
): Promise<TokenSource> {
  const place = target ?? flags.issuer;
  const supplied = place === undefined ? undefined : await suppliedTokenOf(place, flags, context);
  if (supplied !== undefined) return named(supplied, context);
  const head = await chooseAccount(target, flags, await store.list(), configuration).catch(
    (error: unknown) => {
      throw withoutPerson(error, place, context);
    },
  );
  const own = place === undefined ? suppliedToken(head.provider, context) : undefined;
  return own === undefined ? { head } : named({ ...own, account: head }, context);
}

function named(source: SuppliedSource, { stderr }: Context): SuppliedSource {
  if (stderr.isTTY) stderr.write(`using the token in ${source.variable}\n`);
  return source;
}
