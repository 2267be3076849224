import type { AccountHead } from '../accounts/account.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import { type AccountFlags, chooseAccount, ofTarget } from '../accounts/choose-account.ts';
import type { Context } from '../ground/context.ts';
import type { Configuration } from '../settings/configuration.ts';
import { type GrantFlags, refuseGrantFlags } from '../settings/grant-flags.ts';
import type { SuppliedToken } from '../settings/supplied-token.ts';
import { tokenVariables } from '../settings/variables.ts';
import type { GrantSource } from './grant-token.ts';
import { withoutPerson } from './without-person.ts';

/** A token of the environment, with the account whose place it takes when no target was named. */
export interface SuppliedSource extends SuppliedToken {
  readonly account?: AccountHead;
}

/**
 * Where the access token of a target comes from: the environment, an account whose secrets are still sealed, or a
 * grant that needs no person.
 */
export type TokenSource = SuppliedSource | { readonly head: AccountHead } | GrantSource;

/** The flags that say which access token is meant. */
export interface TokenSourceFlags extends AccountFlags, GrantFlags {}

/**
 * Finds where the access token of a target comes from: `--grant` wins over a variable, and that over the store, whose
 * secrets stay sealed.
 *
 * Throws a `ConfigurationError` for a variable that holds no token, and what `openGrant` and `chooseAccount` throw.
 */
export async function chooseTokenSource(
  target: string | undefined,
  flags: TokenSourceFlags,
  store: AccountStore,
  context: Context,
  configuration: () => Promise<Configuration>,
): Promise<TokenSource> {
  const { grant } = flags;
  if (grant !== undefined) {
    const { openGrant } = await import('./grant-token.ts');
    return openGrant(target, { ...flags, grant }, context, await configuration());
  }
  refuseGrantFlags(flags);
  const place = target ?? flags.issuer;
  // Most environments supply no token, and what reads one is not loaded there.
  const supply =
    tokenVariables(context.env).length === 0 ? undefined : await import('../settings/supplied-token.ts');
  const supplied = place === undefined ? undefined : await supply?.suppliedTokenOf(place, flags, context);
  if (supplied !== undefined) return named(supplied, context);
  let head: AccountHead;
  try {
    head = await chooseAccount(target, flags, await store.list(ofTarget(target, flags)), configuration);
  } catch (error) {
    const { suppliedInstead } = await import('./supplied-instead.ts');
    const only = await suppliedInstead(error, flags, context, target);
    if (only !== undefined) return named(only, context);
    throw withoutPerson(error, place, context);
  }
  const own = place === undefined ? supply?.suppliedToken(head.provider, context) : undefined;
  return own === undefined ? { head } : named({ ...own, account: head }, context);
}

/** The name of the provider that the token is of. */
export function providerNameOf(source: TokenSource): string {
  if ('head' in source) return source.head.provider;
  return 'settings' in source ? source.settings.provider.name : source.provider;
}

function named(source: SuppliedSource, { stderr }: Context): SuppliedSource {
  if (stderr.isTTY) stderr.write(`using the token in ${source.variable}\n`);
  return source;
}
