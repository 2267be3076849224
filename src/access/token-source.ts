import type { AccountHead } from '../accounts/account.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import { type AccountFlags, chooseAccount, ofTarget } from '../accounts/choose-account.ts';
import type { Context } from '../ground/context.ts';
import type { Configuration } from '../settings/configuration.ts';
import type { SuppliedToken } from '../settings/supplied-token.ts';
import { refuseUnattendedFlags, type UnattendedFlags } from '../settings/unattended-flags.ts';
import { tokenVariables } from '../settings/variables.ts';
import { withUnattendedHint } from './unattended-hint.ts';
import type { UnattendedSource } from './unattended-token.ts';

/** A token of the environment, with the account whose place it takes when no target was named. */
export interface SuppliedSource extends SuppliedToken {
  readonly account?: AccountHead;
}

/**
 * Where the access token of a target comes from: the environment, an account whose secrets are still sealed, or a
 * grant that needs no person.
 */
export type TokenSource = SuppliedSource | { readonly head: AccountHead } | UnattendedSource;

/** The flags that say which access token is meant. */
export interface TokenSourceFlags extends AccountFlags, UnattendedFlags {}

/**
 * Finds where the access token of a target comes from: `--grant` wins over a variable, and that over the store, whose
 * secrets stay sealed.
 *
 * Throws a `ConfigurationError` for a variable that holds no token, and what `openUnattended` and `chooseAccount` throw.
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
    const { openUnattended } = await import('./unattended-token.ts');
    return openUnattended(target, { ...flags, grant }, context, await configuration());
  }
  refuseUnattendedFlags(flags);
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
    const { onlySuppliedToken } = await import('./only-supplied-token.ts');
    const only = await onlySuppliedToken(error, flags, context, target);
    if (only !== undefined) return named(only, context);
    throw withUnattendedHint(error, place, context);
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
