import type { AccountHead } from '../accounts/account.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import { type AccountFlags, chooseAccount } from '../accounts/choose-account.ts';
import type { Context } from '../context.ts';
import { AuthenticationRequiredError } from '../errors.ts';
import type { Configuration } from '../settings/configuration.ts';
import {
  onlySuppliedProvider,
  type SuppliedToken,
  suppliedToken,
  suppliedTokenOf,
} from '../settings/supplied-token.ts';
import { tokenVariables } from '../settings/variables.ts';
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
  let head: AccountHead;
  try {
    head = await chooseAccount(target, flags, await store.list(), configuration);
  } catch (error) {
    const only = await suppliedInstead(error, flags, context, target);
    if (only !== undefined) return named(only, context);
    throw withoutPerson(error, place, context);
  }
  const own = place === undefined ? suppliedToken(head.provider, context) : undefined;
  return own === undefined ? { head } : named({ ...own, account: head }, context);
}

/**
 * Where nobody is signed in and nothing says what is meant, the only token that the environment supplies is.
 *
 * Throws an `AuthenticationRequiredError` that names the variables when that leaves open which one.
 */
export async function suppliedInstead(
  error: unknown,
  { account, host, tenant, issuer }: AccountFlags,
  context: Context,
  target?: string,
): Promise<SuppliedToken | undefined> {
  if (!(error instanceof AuthenticationRequiredError) || error.code !== 'login_required') return undefined;
  if ([target, account, host, tenant, issuer].some((word) => word !== undefined)) return undefined;
  const variables = tokenVariables(context.env);
  if (variables.length === 0) return undefined;
  const provider = await onlySuppliedProvider(context);
  if (provider !== undefined) return suppliedToken(provider, context);
  throw new AuthenticationRequiredError('login_required', `${error.message}, and no provider was named`, {
    hint: `name the provider whose token is meant; set: ${variables.join(', ')}`,
  });
}

function named(source: SuppliedSource, { stderr }: Context): SuppliedSource {
  if (stderr.isTTY) stderr.write(`using the token in ${source.variable}\n`);
  return source;
}
